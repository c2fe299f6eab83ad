package dev.fettle.harness.compare;

import static dev.fettle.harness.compare.Markup.element;
import static dev.fettle.harness.compare.Markup.escaped;

import dev.fettle.harness.compare.LinePlot.Curve;
import dev.fettle.harness.compare.LinePlot.Guide;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A report as one HTML page that needs nothing else: no scripts, no fonts, no network. It is
 * well-formed XML too.
 */
final class ComparisonPage {
  private static final String STYLE = "compare.css";

  private final ComparisonReport report;
  private final List<RunTrace> drawn;
  private final StringBuilder out = new StringBuilder();

  private ComparisonPage(ComparisonReport report) {
    this.report = report;
    this.drawn = report.runs().stream().filter(r -> !r.steps().isEmpty()).toList();
  }

  /** The page's text. */
  static String of(ComparisonReport report) {
    return new ComparisonPage(report).render();
  }

  private String render() {
    String title = report.name() + ": " + labels(" and ");
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    out.append(element("title", title)).append("\n<style>\n").append(style());
    out.append("</style>\n</head>\n<body>\n<main>\n");
    appendHead();
    appendPairs();
    appendRuns();
    appendPlots();
    out.append("<details>\n<summary>Configuration</summary>\n");
    out.append(element("pre", report.config())).append("\n</details>\n");
    return out.append("</main>\n</body>\n</html>\n").toString();
  }

  private String labels(String separator) {
    return report.runs().stream().map(RunTrace::label).collect(Collectors.joining(separator));
  }

  private static String style() {
    try (InputStream in = ComparisonPage.class.getResourceAsStream(STYLE)) {
      if (in == null) {
        throw new IllegalStateException(STYLE + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void appendHead() {
    out.append("<header>\n").append(element("h1", report.name()));
    out.append("\n<p class=\"sub\">").append(escaped(labels(", ")));
    out.append(" &#183; ").append(escaped(report.created())).append("</p>\n");
    out.append("<p class=\"verdict %s\">".formatted(report.agreed() ? "good" : "bad"));
    out.append(escaped(ComparisonTable.verdict(report))).append("</p>\n</header>\n");
    for (RunTrace run : report.runs()) {
      if (run.failure() != null) {
        out.append("<p class=\"failure\"><b>").append(escaped(run.label())).append("</b> failed: ");
        out.append(escaped(run.failure().message())).append("</p>\n");
      }
    }
  }

  private void appendPairs() {
    if (report.pairs().isEmpty()) {
      return;
    }
    Tolerance tolerance = report.tolerance();
    out.append("<section>\n<h2>How far apart</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
    out.append("<th></th><th>loss residual, max</th><th>at step</th><th>mean</th>");
    out.append("<th>gradient norm, max</th><th>steps</th><th></th></tr></thead>\n<tbody>\n");
    for (PairDifference pair : report.pairs()) {
      out.append("<tr>").append(element("th", pair.first() + " and " + pair.second()));
      out.append(element("td", Quantity.small(pair.maxLoss())));
      out.append(element("td", Long.toString(pair.maxLossStep())));
      out.append(element("td", Quantity.small(pair.meanLoss())));
      out.append(element("td", Quantity.small(pair.maxGradNorm()) + " relative"));
      out.append(element("td", Integer.toString(pair.steps())));
      out.append(
          "<td><span class=\"%s\">%s</span></td></tr>\n"
              .formatted(
                  pair.withinTolerance() ? "good" : "bad",
                  pair.withinTolerance() ? "within" : "outside"));
      if (pair.mismatch() != null) {
        out.append("<tr><td colspan=\"7\" class=\"mismatch\">not the same training: ");
        out.append(escaped(pair.mismatch())).append("</td></tr>\n");
      }
    }
    out.append("</tbody>\n</table></div>\n<p class=\"note\">Tolerance: every step's loss within ");
    out.append(Quantity.given(tolerance.loss())).append(", their mean within ");
    out.append(Quantity.given(tolerance.meanLoss())).append(".</p>\n</section>\n");
  }

  private void appendRuns() {
    out.append("<section>\n<h2>What it cost</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
    out.append("<th></th>");
    report
        .runs()
        .forEach(r -> out.append("<th>").append(key(r)).append(escaped(r.label())).append("</th>"));
    out.append("</tr></thead>\n<tbody>\n");
    for (Measure m : Measure.of(report.runs())) {
      out.append("<tr>").append(element("th", m.name()));
      for (int i = 0; i < m.values().size(); i++) {
        boolean best = m.best().equals(Optional.of(i));
        out.append(best ? "<td class=\"best\">" : "<td>").append(escaped(m.values().get(i)));
        out.append("</td>");
      }
      out.append("</tr>\n");
    }
    out.append("</tbody>\n</table></div>\n<p class=\"note\">Each run had a process of its own.");
    out.append(" Speed leaves the first step out.</p>\n</section>\n");
  }

  private String key(RunTrace run) {
    int i = drawn.indexOf(run);
    return i < 0 ? "" : "<i class=\"key c%d\"></i>".formatted(i % LinePlot.COLOURS);
  }

  private void appendPlots() {
    if (drawn.isEmpty()) {
      return;
    }
    out.append("<div class=\"plots\">\n");
    appendPlot("Loss", new LinePlot(curves(0, StepRow::loss), false, null));
    if (!report.pairs().isEmpty()) {
      Guide guide =
          new Guide(
              "tolerance " + Quantity.given(report.tolerance().loss()), report.tolerance().loss());
      boolean shown = guide.value() > 0;
      appendPlot("Loss residual", new LinePlot(residuals(), true, shown ? guide : null));
    }
    appendPlot("Gradient norm", new LinePlot(curves(0, StepRow::gradNorm), false, null));
    if (drawn.stream().anyMatch(r -> r.steps().size() > 1)) {
      appendPlot("Step time, ms", new LinePlot(curves(1, r -> r.seconds() * 1e3), true, null));
    }
    out.append(
        "</div>\n<p class=\"note\">Residuals and step times are on logarithmic axes; a residual");
    out.append(" of 0 is drawn at the bottom. Point at a plot to read its values.</p>\n");
  }

  private void appendPlot(String title, LinePlot plot) {
    out.append("<figure>\n<figcaption>").append(element("b", title)).append("<span>");
    for (int i = 0; i < plot.curves().size(); i++) {
      out.append("<span><i class=\"key c%d\"></i>".formatted(i % LinePlot.COLOURS));
      out.append(escaped(plot.curves().get(i).name())).append("</span> ");
    }
    out.append("</span></figcaption>\n").append(plot.svg(title)).append("</figure>\n");
  }

  private List<Curve> curves(int from, ToDoubleFunction<StepRow> value) {
    List<Curve> curves = new ArrayList<>();
    for (RunTrace run : drawn) {
      List<Double> values = run.steps().stream().skip(from).mapToDouble(value).boxed().toList();
      curves.add(new Curve(run.label(), from + 1, values));
    }
    return curves;
  }

  private List<Curve> residuals() {
    return report.pairs().stream()
        .map(
            p ->
                new Curve(
                    p.first() + " and " + p.second(),
                    1,
                    DoubleStream.of(PairDifference.lossResiduals(run(p.first()), run(p.second())))
                        .boxed()
                        .toList()))
        .toList();
  }

  private RunTrace run(String label) {
    return report.runs().stream().filter(r -> r.label().equals(label)).findFirst().orElseThrow();
  }
}
