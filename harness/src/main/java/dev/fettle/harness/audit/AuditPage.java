package dev.fettle.harness.audit;

import dev.fettle.harness.page.LinePlot;
import dev.fettle.harness.page.LinePlot.Curve;
import dev.fettle.harness.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An audit as an HTML page. */
final class AuditPage {
  /** Plots, each of the metrics it may show. */
  private static final List<Plot> PLOTS =
      List.of(
          new Plot("Reward and held-out judge", List.of("reward", "judge")),
          new Plot("Of evaluations", List.of("eval_reward", "eval_judge")),
          new Plot("Distance from the reference (kl)", List.of("kl")),
          new Plot("KL coefficient", List.of("kl_coefficient")),
          new Plot("Entropy, nats", List.of("entropy")),
          new Plot("Mean length of answers, tokens", List.of("completions/mean_length")),
          new Plot("Share of answers cut", List.of("completions/clipped_ratio")),
          new Plot("Deviation of rewards", List.of("reward_std")),
          new Plot("Variance the critic explains", List.of("vf_explained_var")),
          new Plot("Losses", List.of("policy_loss", "value_loss")),
          new Plot("Seconds", List.of("timing/rollout", "timing/reward", "timing/train")));

  private record Plot(String title, List<String> metrics) {}

  private final AuditReport report;
  private final Page page;

  private AuditPage(AuditReport report) {
    this.report = report;
    this.page = new Page("Audit of " + report.run().getFileName());
  }

  static String of(AuditReport report) {
    return new AuditPage(report).render();
  }

  private String render() {
    page.raw("<header>\n").element("h1", "Audit of " + report.run().getFileName());
    page.raw("\n");
    page.paragraph(
        "sub",
        "Steps "
            + report.from()
            + " to "
            + report.to()
            + ", looked at after the fact: what was measured, not what will happen.");
    boolean good = report.notable().isEmpty();
    page.paragraph("verdict " + (good ? "good" : "bad"), AuditTable.verdict(report));
    page.raw("</header>\n");
    appendFindings();
    appendNotable();
    appendPlots();
    appendLogged();
    return page.end();
  }

  private void appendFindings() {
    page.raw("<section>\n<h2>Findings</h2>\n<div class=\"scroll\"><table class=\"prose\">\n");
    page.raw(
        "<thead><tr><th></th><th></th><th>Measured</th><th>Steps</th></tr></thead>\n<tbody>\n");
    for (Finding f : report.findings()) {
      boolean measured = f.verdict() != Finding.Verdict.NOT_MEASURED;
      String style = f.verdict() == Finding.Verdict.NOTABLE ? "bad" : "good";
      page.raw("<tr id=\"" + f.id() + "\">").element("th", f.title());
      page.raw(
          measured
              ? "<td><span class=\"" + style + "\">" + AuditTable.word(f.verdict()) + "</span></td>"
              : "<td></td>");
      page.element("td", measured ? f.measured() : "not measured: " + f.measured());
      page.element("td", measured ? f.from() + " to " + f.to() : "").raw("</tr>\n");
    }
    page.endTable(
        "Start and end are means over the first and the last fifth of what was logged, of 20 points"
            + " at most. Limits are conventions: docs/audit.md.");
    report.notes().forEach(n -> page.paragraph("note", n));
  }

  private void appendNotable() {
    for (Finding f : report.notable()) {
      page.raw("<section>\n").element("h2", f.title()).raw("\n");
      page.paragraph("measured", f.measured() + ".");
      page.paragraph("limits", "Limit: " + f.limits() + ".");
      page.paragraph("meaning", "It may mean: " + f.meaning() + ".");
      page.paragraph("advice", "To try: " + f.advice() + ".");
      page.raw("</section>\n");
    }
  }

  private void appendPlots() {
    page.raw("<div class=\"plots\">\n");
    for (Plot plot : PLOTS) {
      List<Curve> curves = plot.metrics().stream().flatMap(m -> curve(m).stream()).toList();
      if (!curves.isEmpty()) {
        page.figure(plot.title(), new LinePlot("step", curves, false, null));
      }
    }
    List<Curve> apart = againstDistance();
    if (!apart.isEmpty()) {
      page.figure(
          "Reward and judge against the distance from the reference",
          new LinePlot("hundredths of sqrt(KL)", apart, false, null));
    }
    page.raw("</div>\n");
    page.paragraph(
        "note",
        "Between steps that were logged, lines are straight. Point at a plot to read its values.");
  }

  private void appendLogged() {
    page.raw("<details>\n<summary>All that was logged</summary>\n");
    page.beginTable("Metrics", List.of("rows", "start", "end"));
    for (AuditReport.Logged m : report.logged()) {
      page.row(
          m.name(),
          List.of(
              Integer.toString(m.steps().size()),
              Evidence.number(m.start()),
              Evidence.number(m.end())));
    }
    page.endTable("").raw("</details>\n");
  }

  private Optional<AuditReport.Logged> logged(String name) {
    return report.logged().stream()
        .filter(m -> m.name().equals(name) && m.values().size() > 1)
        .findFirst();
  }

  /** A value for each step, between logged ones too. */
  private Optional<Curve> curve(String name) {
    return logged(name)
        .map(
            m -> {
              double[] x = m.steps().stream().mapToDouble(s -> s).toArray();
              return Interpolation.curve(name, x, m.values());
            });
  }

  /** The rewards in the order of their distance, as Gao et al. draw them. */
  private List<Curve> againstDistance() {
    List<Curve> curves = new ArrayList<>();
    Optional<AuditReport.Logged> kl = logged("kl");
    if (kl.isEmpty() || logged("judge").isEmpty()) {
      return curves;
    }
    for (String name : List.of("reward", "judge")) {
      logged(name).flatMap(m -> Interpolation.against(name, kl.get(), m)).ifPresent(curves::add);
    }
    return curves;
  }
}
