package dev.fettle.harness.quickstart;

import dev.fettle.bestof.BestOfReport;
import dev.fettle.harness.quickstart.Examination.Answer;
import dev.fettle.harness.quickstart.QuickstartReport.Job;
import dev.fettle.harness.score.Calibration;
import dev.fettle.harness.score.Share;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tells what is being done and what came of it. */
final class Transcript {
  private static final int CURVE_POINTS = 8;

  /** Later on, rounding differences have grown: docs/contributing/numerics.md shows how. */
  static final int COMPARED_STEPS = 50;

  private static final String TABLE = "  %-12s %10s %10s %10s %10s %10s";

  private final PrintStream out;
  private final boolean alone;

  /**
   * A transcript.
   *
   * @param alone whether no other backend was asked for
   */
  Transcript(PrintStream out, boolean alone) {
    this.out = out;
    this.alone = alone;
  }

  private void line(String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
    out.flush();
  }

  void data(TinyWorld world, Path directory) {
    line(
        "Made %,d lines of plain text, and %,d questions to train on; %d others are held out.",
        world.text().size(), world.training().size(), world.heldOut().size());
    line("  in %s, for example:", directory);
    line("  text      %s", world.text().get(0));
    Task task = world.training().get(0);
    line("  question  %s -> %s", task.question(), task.answer());
  }

  void stage(String what, String backend) {
    line("%n%s, on %s ...", what, backend);
  }

  void trained(FineTuning training) {
    boolean rollouts = training.rewards().size() >= CURVE_POINTS;
    line("  %s", rollouts ? curve("reward", training.rewards()) : curve("loss", training.losses()));
    line(
        "  %d steps in %.1f s, %,.0f tokens/s; the model is in %s",
        training.losses().size(), training.seconds(), training.tokensPerSecond(), training.model());
  }

  /** Values here and there, each a mean over the steps since the one before. */
  private static String curve(String name, List<Double> losses) {
    int points = Math.min(CURVE_POINTS, losses.size());
    StringBuilder text = new StringBuilder(name);
    for (int i = 0; i < points; i++) {
      List<Double> part =
          losses.subList(i * losses.size() / points, (i + 1) * losses.size() / points);
      double mean = part.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
      text.append(String.format(Locale.ROOT, "%s%.3f", i == 0 ? " " : " > ", mean));
    }
    return text.toString();
  }

  void examined(Examination e) {
    line(
        "  right answers to held-out questions: %d of %d, %s",
        e.right(), e.answers().size(), percent(e));
  }

  static String percent(Examination e) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * e.accuracy());
  }

  void calibrated(Calibration pairs) {
    Share right = pairs.accuracy();
    line(
        "  held-out pairs with the right answer before the wrong one: %.1f %% of %d (95 %%: %.1f to %.1f)",
        100 * right.value(), right.of(), 100 * right.low(), 100 * right.high());
  }

  void chosen(Examination best, BestOfReport report) {
    examined(best);
    report
        .goldGain()
        .ifPresent(
            gain ->
                line(
                    "  the best of %d is right more often than one by %.1f %% (95 %%: %.1f to %.1f)",
                    report.points().size(),
                    100 * gain.mean(),
                    100 * gain.low(),
                    100 * gain.high()));
  }

  void finish(QuickstartReport report) {
    stages(report);
    kinds(report);
    samples(report);
    backends(report);
    next(report);
  }

  private void stages(QuickstartReport report) {
    line("%nThe held-out questions after each stage, on each backend");
    StringBuilder head = new StringBuilder(String.format("  %-20s", ""));
    for (AlignmentReport a : report.alignments()) {
      head.append(String.format("   %-32s", a.backend()));
    }
    line("%s", head);
    StringBuilder columns = new StringBuilder(String.format("  %-20s", ""));
    report
        .alignments()
        .forEach(
            a ->
                columns.append(
                    String.format(" %9s %6s %9s %8s", "right", "", "reward", "seconds")));
    line("%s", columns);
    for (Milestone m : report.alignment().milestones()) {
      StringBuilder row = new StringBuilder(String.format("  %-20s", m.stage()));
      report.alignments().forEach(a -> row.append(cells(a.after(m.stage()))));
      line("%s", row);
    }
    line(
        "  reward: the reward model's, of the answers. Rejection sampling, DPO and A2C each begin with");
    line("  the fine-tuned model. What the base writes is no answer: its reward says nothing.");
  }

  private static String cells(Milestone m) {
    return String.format(
        Locale.ROOT,
        " %9s %6s %9.2f %8.1f",
        m.answers().right() + "/" + m.answers().answers().size(),
        percent(m.answers()),
        m.meanReward(),
        m.seconds());
  }

  /** The largest difference of a training's losses from the main one's. */
  static String difference(QuickstartReport report, FineTuning training) {
    double largest = training.largestDifference(report.main().training(), COMPARED_STEPS);
    return String.format(Locale.ROOT, "%.1e", largest);
  }

  private void kinds(QuickstartReport report) {
    List<Milestone> stages = report.alignment().milestones();
    line("%nRight answers by kind of question");
    StringBuilder head = new StringBuilder(String.format("  %-12s", ""));
    stages.forEach(m -> head.append(String.format(" %18s", m.stage())));
    line("%s", head);
    for (TaskKind kind : TaskKind.values()) {
      StringBuilder row = new StringBuilder(String.format("  %-12s", kind));
      for (Milestone m : stages) {
        Examination mine = m.answers().only(kind);
        row.append(String.format(" %18s", mine.right() + "/" + mine.answers().size()));
      }
      if (!report.before().only(kind).answers().isEmpty()) {
        line("%s", row);
      }
    }
  }

  private void samples(QuickstartReport report) {
    List<Milestone> stages = report.alignment().milestones();
    line("%nOne answer to each kind, stage by stage");
    for (TaskKind kind : TaskKind.values()) {
      List<Answer> first = report.before().only(kind).answers();
      if (!first.isEmpty()) {
        String given =
            stages.stream()
                .map(m -> m.answers().only(kind).answers().get(0).given())
                .collect(Collectors.joining(" > "));
        line(
            "  %s %s (right: %s)",
            first.get(0).task().question(), given, first.get(0).task().answer());
      }
    }
  }

  private void backends(QuickstartReport report) {
    FineTuning main = report.main().training();
    line("%nThe same fine-tuning on each backend");
    line(TABLE, "", "last loss", "difference", "seconds", "tokens/s", "right");
    for (Job job : report.jobs()) {
      FineTuning t = job.training();
      line(
          TABLE,
          t.backend(),
          String.format(Locale.ROOT, "%.6f", t.lastLoss()),
          t.equals(main) ? "" : difference(report, t),
          String.format(Locale.ROOT, "%.1f", t.seconds()),
          String.format(Locale.ROOT, "%,.0f", t.tokensPerSecond()),
          percent(job.after()));
    }
    if (alone) {
      line("  No other backend was asked for.");
    } else if (report.jobs().size() == 1) {
      line("  No other backend that is made for speed can run here; fettle doctor says why.");
    } else {
      line(
          "  difference: the largest between the losses of one of the first %d steps;",
          COMPARED_STEPS);
      line("  from then on rounding grows, as docs/contributing/numerics.md shows.");
    }
  }

  private void next(QuickstartReport report) {
    Path model = report.main().training().model();
    String question = report.main().after().answers().get(0).task().question();
    Path data = report.directory().resolve("data");
    line(
        "%nDone in %.0f s. The curves and more answers are in %s. To go on:",
        report.seconds(), report.page());
    line("  ./fettle generate --model %s --prompt '%s'", model, question);
    line(
        "  ./fettle score --model %s --data %s --out scores.jsonl",
        model, new WorldFiles(data).heldOut());
    line(
        "  ./fettle train %s --set run.name=longer --set train.steps=%d",
        model.resolveSibling("config.yaml"), 2 * report.main().training().losses().size());
  }
}
