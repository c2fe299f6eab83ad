package dev.fettle.harness.compare;

import static dev.fettle.harness.page.Markup.element;
import static dev.fettle.harness.page.Markup.escaped;

import dev.fettle.harness.page.LinePlot;
import dev.fettle.harness.page.LinePlot.Curve;
import dev.fettle.harness.page.LinePlot.Guide;
import dev.fettle.harness.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** A report as an HTML page. */
final class ComparisonPage {
  private final ComparisonReport report;
  private final List<RunTrace> drawn;
  private final Page page;

  private ComparisonPage(ComparisonReport report) {
    this.report = report;
    this.drawn = report.runs().stream().filter(r -> !r.steps().isEmpty()).toList();
    this.page = new Page(report.name() + ": " + labels(report, " and "));
  }

  /** The page's text. */
  static String of(ComparisonReport report) {
    return new ComparisonPage(report).render();
  }

  private String render() {
    appendHead();
    appendPairs();
    appendRuns();
    appendPlots();
    page.raw("<details>\n<summary>Configuration</summary>\n").element("pre", report.config());
    return page.raw("\n</details>\n").end();
  }

  private static String labels(ComparisonReport report, String separator) {
    return report.runs().stream().map(RunTrace::label).collect(Collectors.joining(separator));
  }

  private void appendHead() {
    page.raw("<header>\n").element("h1", report.name()).raw("\n<p class=\"sub\">");
    page.text(labels(report, ", ")).raw(" &#183; ").text(report.created()).raw("</p>\n");
    page.paragraph(
        "verdict " + (report.agreed() ? "good" : "bad"), ComparisonTable.verdict(report));
    page.raw("</header>\n");
    for (RunTrace run : report.runs()) {
      if (run.failure() != null) {
        page.raw("<p class=\"failure\">").element("b", run.label());
        page.text(" failed: " + run.failure().message()).raw("</p>\n");
      }
    }
  }

  private void appendPairs() {
    if (report.pairs().isEmpty()) {
      return;
    }
    page.beginTable(
        "How far apart",
        List.of("loss residual, max", "at step", "mean", "gradient norm, max", "steps", ""));
    for (PairDifference pair : report.pairs()) {
      page.raw("<tr>").element("th", pair.first() + " and " + pair.second());
      page.element("td", Quantity.small(pair.maxLoss()));
      page.element("td", Long.toString(pair.maxLossStep()));
      page.element("td", Quantity.small(pair.meanLoss()));
      page.element("td", Quantity.small(pair.maxGradNorm()) + " relative");
      page.element("td", Integer.toString(pair.steps()));
      page.raw(
          "<td><span class=\"%s\">%s</span></td></tr>\n"
              .formatted(
                  pair.withinTolerance() ? "good" : "bad",
                  pair.withinTolerance() ? "within" : "outside"));
      if (pair.mismatch() != null) {
        page.raw("<tr><td colspan=\"7\" class=\"mismatch\">not the same training: ");
        page.text(pair.mismatch()).raw("</td></tr>\n");
      }
    }
    Tolerance tolerance = report.tolerance();
    page.endTable(
        "Tolerance: every step's loss within "
            + Quantity.given(tolerance.loss())
            + ", their mean within "
            + Quantity.given(tolerance.meanLoss())
            + ".");
  }

  private void appendRuns() {
    page.raw("<section>\n<h2>What it cost</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
    page.raw("<th></th>");
    report.runs().forEach(r -> page.raw("<th>" + key(r)).text(r.label()).raw("</th>"));
    page.raw("</tr></thead>\n<tbody>\n");
    for (Measure m : Measure.of(report.runs())) {
      page.raw("<tr>").raw(element("th", m.name()));
      for (int i = 0; i < m.values().size(); i++) {
        boolean best = m.best().equals(Optional.of(i));
        page.raw(best ? "<td class=\"best\">" : "<td>").raw(escaped(m.values().get(i)));
        page.raw("</td>");
      }
      page.raw("</tr>\n");
    }
    page.endTable("Each run had a process of its own. Speed leaves the first step out.");
  }

  private String key(RunTrace run) {
    int i = drawn.indexOf(run);
    return i < 0 ? "" : Page.key(i);
  }

  private void appendPlots() {
    if (drawn.isEmpty()) {
      return;
    }
    page.raw("<div class=\"plots\">\n");
    appendPlot("Loss", curves(0, StepRow::loss), false);
    if (!report.pairs().isEmpty()) {
      double tolerance = report.tolerance().loss();
      Guide guide = new Guide("tolerance " + Quantity.given(tolerance), tolerance);
      page.figure(
          "Loss residual", new LinePlot("step", residuals(), true, tolerance > 0 ? guide : null));
    }
    appendPlot("Gradient norm", curves(0, StepRow::gradNorm), false);
    if (drawn.stream().anyMatch(r -> r.steps().size() > 1)) {
      appendPlot("Step time, ms", curves(1, r -> r.seconds() * 1e3), true);
    }
    page.raw("</div>\n");
    page.paragraph(
        "note",
        "Residuals and step times are on logarithmic axes; a residual of 0 is drawn at the bottom."
            + " Point at a plot to read its values.");
  }

  private void appendPlot(String title, List<Curve> curves, boolean logarithmic) {
    page.figure(title, new LinePlot("step", curves, logarithmic, null));
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
