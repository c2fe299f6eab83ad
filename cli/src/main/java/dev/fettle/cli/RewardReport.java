package dev.fettle.cli;

import dev.fettle.cli.Failures.UsageException;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.RewardModel;
import dev.fettle.harness.score.Calibration;
import dev.fettle.harness.score.RewardSummary;
import dev.fettle.harness.score.ScoreFile;
import dev.fettle.harness.score.Share;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code fettle score} says of a reward model: the rewards of rows, or of pairs how far it can
 * be trusted.
 *
 * @param model the model
 * @param rows what it scores
 * @param normalise whether rewards are counted in deviations from their mean
 * @param out where it is told
 */
record RewardReport(RewardModel model, DataSettings rows, boolean normalise, PrintWriter out) {

  /**
   * Scores the rows.
   *
   * @param rewards where each row's are written
   * @param report where the report on pairs is written
   */
  void run(Optional<Path> rewards, Optional<Path> report) {
    if (model.readsPairs(rows)) {
      Calibration calibration = calibration(rewards);
      report.ifPresent(calibration::write);
      tell(calibration);
      return;
    }
    if (report.isPresent()) {
      throw new UsageException(
          "--report is of rows of preferences, which have two answers (prompt, chosen, rejected);"
              + " leave it out, or give such rows");
    }
    tell(summary(rewards));
  }

  private RewardSummary summary(Optional<Path> to) {
    if (to.isEmpty()) {
      return model.score(rows, normalise, reward -> {});
    }
    try (ScoreFile file = new ScoreFile(to.get())) {
      RewardSummary summary = model.score(rows, normalise, file::accept);
      file.finish();
      return summary;
    }
  }

  private Calibration calibration(Optional<Path> to) {
    if (to.isEmpty()) {
      return model.calibrate(rows);
    }
    try (ScoreFile file = new ScoreFile(to.get())) {
      Calibration calibration = model.calibrate(rows, normalise, file::accept);
      file.finish();
      return calibration;
    }
  }

  private void tell(RewardSummary summary) {
    out.printf("rows         %d%n", summary.rows());
    out.printf(Locale.ROOT, "mean reward  %.6f%n", summary.mean());
    out.printf(Locale.ROOT, "deviation    %.6f%n", summary.deviation());
    out.printf(Locale.ROOT, "from, to     %.6f, %.6f%n", summary.least(), summary.most());
    ScoreCommand.tellCut(summary.truncated(), out);
  }

  private void tell(Calibration c) {
    out.printf("pairs        %d%n", c.pairs());
    if (c.dropped() > 0) {
      out.printf("%d rows have no two answers to tell apart, or none that fits%n", c.dropped());
    }
    out.println(
        "accuracy     " + words(c.accuracy()) + (c.ties() > 0 ? ", ties: " + c.ties() : ""));
    out.printf(Locale.ROOT, "margin       %.6f (mean)%n", c.meanMargin());
    out.printf(Locale.ROOT, "Brier score  %.4f (0.25 knows nothing)%n", c.brier());
    out.printf(Locale.ROOT, "log loss     %.4f (0.6931 knows nothing)%n", c.logLoss());
    out.printf(Locale.ROOT, "calibration  %.4f (expected error)%n", c.calibrationError());
    out.printf("%nprobability   pairs  confidence  accuracy%n");
    for (Calibration.Bin bin : c.reliability()) {
      out.printf(
          Locale.ROOT,
          "%.2f to %.2f  %6d  %10.4f  %8.4f%n",
          bin.from(),
          bin.to(),
          bin.pairs(),
          bin.confidence(),
          bin.accuracy());
    }
    tell("rewards apart by", c.byDistance());
    tell("margin of the rows", c.byMargin());
  }

  private void tell(String what, Iterable<Calibration.Bucket> buckets) {
    if (!buckets.iterator().hasNext()) {
      return;
    }
    out.printf(Locale.ROOT, "%n%-24s  accuracy%n", what);
    for (Calibration.Bucket bucket : buckets) {
      String range = String.format(Locale.ROOT, "%.4f to %.4f", bucket.from(), bucket.to());
      out.printf(Locale.ROOT, "%-24s  %s%n", range, words(bucket.accuracy()));
    }
  }

  private static String words(Share share) {
    return String.format(
        Locale.ROOT,
        "%.4f (95 %%: %.4f to %.4f), %d of %d",
        share.value(),
        share.low(),
        share.high(),
        share.count(),
        share.of());
  }
}
