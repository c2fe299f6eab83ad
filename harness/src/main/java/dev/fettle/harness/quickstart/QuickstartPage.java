package dev.fettle.harness.quickstart;

import dev.fettle.bestof.Mean;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import dev.fettle.harness.page.LinePlot;
import dev.fettle.harness.page.LinePlot.Curve;
import dev.fettle.harness.page.Page;
import dev.fettle.harness.quickstart.Examination.Answer;
import dev.fettle.harness.quickstart.QuickstartReport.Job;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a quickstart came to as an HTML page. */
final class QuickstartPage {
  private static final int SHOWN_OF_EACH_KIND = 3;

  private final QuickstartReport report;
  private final AlignmentReport alignment;
  private final Page page = new Page("Fettle quickstart");

  private QuickstartPage(QuickstartReport report) {
    this.report = report;
    this.alignment = report.alignment();
  }

  /** Writes the page where the report says. */
  static void write(QuickstartReport report) {
    try {
      AtomicFile.write(report.page(), of(report));
    } catch (IOException e) {
      throw ConfigException.about(
          "--out", report.page() + " cannot be written: " + FileErrors.reason(e));
    }
  }

  /** The page's text. */
  static String of(QuickstartReport report) {
    return new QuickstartPage(report).render();
  }

  private String render() {
    page.raw("<header>\n").element("h1", "From plain text to a model that was taught by rewards");
    page.paragraph(
        "sub",
        format(
            "%d held-out questions, on %s, in %.0f seconds",
            report.before().answers().size(),
            report.main().training().backend(),
            report.seconds()));
    page.raw("</header>\n");
    appendStages();
    appendKinds();
    appendBackends();
    appendPlots();
    appendAnswers();
    return page.end();
  }

  private void appendStages() {
    for (AlignmentReport each : report.alignments()) {
      appendStages(each);
    }
  }

  private void appendStages(AlignmentReport of) {
    page.beginTable(
        "After each stage, on " + of.backend(),
        List.of("right answers", "", "mean reward", "seconds"));
    for (Milestone m : of.milestones()) {
      page.row(
          m.stage(),
          List.of(
              m.answers().right() + " of " + m.answers().answers().size(),
              Transcript.percent(m.answers()),
              format("%.2f", m.meanReward()),
              format("%.1f", m.seconds())));
    }
    page.endTable(
        format(
            "Held-out questions, always the likeliest token but for the best of several samples."
                + " The reward is the reward model's, which puts the right one of two answers first"
                + " in %.1f %% of %d held-out pairs (95 %%: %.1f to %.1f %%). Rejection sampling, DPO"
                + " and A2C each begin with the fine-tuned model.",
            100 * of.pairs().value(),
            of.pairs().of(),
            100 * of.pairs().low(),
            100 * of.pairs().high()));
  }

  private void appendKinds() {
    List<String> stages = alignment.milestones().stream().map(Milestone::stage).toList();
    page.beginTable("Right answers by kind of question", stages);
    for (TaskKind kind : TaskKind.values()) {
      List<String> cells = new ArrayList<>();
      for (Milestone m : alignment.milestones()) {
        Examination mine = m.answers().only(kind);
        cells.add(mine.answers().isEmpty() ? "" : mine.right() + " of " + mine.answers().size());
      }
      if (!cells.contains("")) {
        page.row(kind.toString(), cells);
      }
    }
    page.endTable("");
  }

  private void appendBackends() {
    page.beginTable(
        "The same fine-tuning on each backend",
        List.of("last loss", "largest difference", "seconds", "tokens/s", "right answers"));
    for (Job job : report.jobs()) {
      FineTuning t = job.training();
      page.row(
          t.backend(),
          List.of(
              format("%.6f", t.lastLoss()),
              t.equals(report.main().training()) ? "" : Transcript.difference(report, t),
              format("%.1f", t.seconds()),
              format("%,.0f", t.tokensPerSecond()),
              Transcript.percent(job.after())));
    }
    page.endTable(
        "The largest difference between the losses of one of the first "
            + Transcript.COMPARED_STEPS
            + " steps; from then on rounding grows.");
  }

  private void appendPlots() {
    page.raw("<div class=\"plots\">\n");
    List<Curve> tuning =
        report.jobs().stream()
            .map(j -> new Curve(j.training().backend(), 1, j.training().losses()))
            .toList();
    page.figure("Fine-tuning: loss", new LinePlot("step", tuning, false, null));
    appendPlot("Reward model: loss", alignment.reward());
    page.figure(
        "Right answers of the best of n samples",
        new LinePlot("n", List.of(new Curve("share", 1, rightOfBest())), false, null));
    appendPlot("Rejection sampling: loss", alignment.trainings().get(0));
    appendPlot("DPO: loss", alignment.trainings().get(1));
    List<Curve> rewards =
        report.alignments().stream()
            .map(a -> new Curve(a.backend(), 1, a.trainings().get(2).rewards()))
            .toList();
    page.figure("A2C: mean reward of a rollout", new LinePlot("rollout", rewards, false, null));
    page.raw("</div>\n").paragraph("note", "Point at a plot to read its values.");
  }

  private List<Double> rightOfBest() {
    return alignment.bestOf().points().stream()
        .map(p -> p.gold().map(Mean::mean).orElse(Double.NaN))
        .toList();
  }

  private void appendPlot(String title, FineTuning training) {
    Curve curve = new Curve(training.backend(), 1, training.losses());
    page.figure(title, new LinePlot("step", List.of(curve), false, null));
  }

  private void appendAnswers() {
    List<String> stages = alignment.milestones().stream().map(Milestone::stage).toList();
    List<String> columns = new ArrayList<>(List.of("right"));
    columns.addAll(stages);
    page.beginTable("Some answers", columns);
    for (TaskKind kind : TaskKind.values()) {
      int shown = Math.min(SHOWN_OF_EACH_KIND, report.before().only(kind).answers().size());
      for (int i = 0; i < shown; i++) {
        appendAnswer(kind, i);
      }
    }
    page.endTable("");
  }

  private void appendAnswer(TaskKind kind, int index) {
    Answer first = report.before().only(kind).answers().get(index);
    page.raw("<tr>").element("th", first.task().question());
    page.element("td", first.task().answer());
    for (Milestone m : alignment.milestones()) {
      Answer answer = m.answers().only(kind).answers().get(index);
      page.raw(answer.isRight() ? "<td><span class=\"good\">" : "<td><span class=\"bad\">");
      page.text(answer.given()).raw("</span></td>");
    }
    page.raw("</tr>\n");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
