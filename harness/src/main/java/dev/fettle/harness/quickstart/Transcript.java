package dev.fettle.harness.quickstart;

import dev.fettle.harness.quickstart.Examination.Answer;
import dev.fettle.harness.quickstart.QuickstartReport.Job;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Tells what is being done and what came of it. */
final class Transcript {
  private static final int CURVE_POINTS = 8;

  /** Later on, rounding differences have grown: docs/contributing/numerics.md shows how. */
  private static final int COMPARED_STEPS = 50;

  private static final String TABLE = "  %-12s %10s %10s %10s %10s %10s";

  private final PrintStream out;

  Transcript(PrintStream out) {
    this.out = out;
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
    line("  %s", curve(training.losses()));
    line(
        "  %d steps in %.1f s, %,.0f tokens/s; the model is in %s",
        training.losses().size(), training.seconds(), training.tokensPerSecond(), training.model());
  }

  /** The loss here and there, each a mean over the steps since the one before. */
  private static String curve(List<Double> losses) {
    int points = Math.min(CURVE_POINTS, losses.size());
    StringBuilder text = new StringBuilder("loss");
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

  private static String percent(Examination e) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * e.accuracy());
  }

  void finish(QuickstartReport report) {
    kinds(report);
    samples(report);
    backends(report);
    next(report);
  }

  private void kinds(QuickstartReport report) {
    line("%nHeld-out questions answered right, by kind");
    Examination after = report.main().after();
    line("  %-12s %10s %10s %10s", "", "questions", "before", "after");
    for (TaskKind kind : TaskKind.values()) {
      Examination mine = after.only(kind);
      if (!mine.answers().isEmpty()) {
        line(
            "  %-12s %10d %10d %10d",
            kind, mine.answers().size(), report.before().only(kind).right(), mine.right());
      }
    }
    line(
        "  %-12s %10d %10s %10s",
        "all", after.answers().size(), percent(report.before()), percent(after));
  }

  private void samples(QuickstartReport report) {
    line("%nOne of each kind, after fine-tuning (before)");
    for (TaskKind kind : TaskKind.values()) {
      List<Answer> mine = report.main().after().only(kind).answers();
      if (!mine.isEmpty()) {
        Answer answer = mine.get(0);
        String before = report.before().only(kind).answers().get(0).given();
        String verdict = answer.isRight() ? "" : ", wrong: it is " + answer.task().answer();
        line("  %s %s (%s)%s", answer.task().question(), answer.given(), before, verdict);
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
          t.equals(main)
              ? ""
              : String.format(Locale.ROOT, "%.1e", t.largestDifference(main, COMPARED_STEPS)),
          String.format(Locale.ROOT, "%.1f", t.seconds()),
          String.format(Locale.ROOT, "%,.0f", t.tokensPerSecond()),
          percent(job.after()));
    }
    if (report.jobs().size() == 1) {
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
    line("%nDone in %.0f s. To go on:", report.seconds());
    line("  ./fettle generate --model %s --prompt '%s'", model, question);
    line(
        "  ./fettle score --model %s --data %s --out scores.jsonl",
        model, new WorldFiles(data).heldOut());
    line(
        "  ./fettle train %s --set run.name=longer --set train.steps=%d",
        model.resolveSibling("config.yaml"), 2 * report.main().training().losses().size());
  }
}
