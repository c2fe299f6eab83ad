package dev.fettle.cli;

import dev.fettle.feedback.job.Count;
import dev.fettle.feedback.job.Counts;
import dev.fettle.feedback.job.FeedbackJob;
import dev.fettle.feedback.job.FeedbackReport;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Tells what a job of feedback came to.
 *
 * @param directory it wrote to
 * @param to where it is told
 */
record FeedbackText(Path directory, PrintWriter to) {

  void tell(FeedbackReport report) {
    Counts counts = report.counts();
    if (!report.whole()) {
      to.printf(
          Locale.ROOT,
          "Stopped. %,d of %,d rows are whole in %s; the same command goes on with them.%n",
          report.done(),
          report.rows(),
          directory);
      return;
    }
    if (report.before() == report.rows()) {
      to.printf(Locale.ROOT, "%s holds all %,d rows already.%n", directory, report.rows());
    }
    to.printf(
        Locale.ROOT,
        "%,d pairs from %,d rows%s.%n",
        counts.of(Count.PAIRS),
        report.rows(),
        report.before() > 0 && report.before() < report.rows()
            ? ", " + report.before() + " of them from before"
            : "");
    count(counts, Count.TIES, "comparisons are ties");
    disagreements(counts);
    count(counts, Count.UNDECIDED, "are undecided: no answer of the judge could be read");
    count(counts, Count.SAME, "pairs of answers are the same, and were not compared");
    count(counts, Count.UNCHANGED, "answers were not changed by any revision");
    to.printf(
        Locale.ROOT,
        "%,d questions, %,d malformed answers, %,d retries",
        counts.of(Count.QUESTIONS),
        counts.of(Count.MALFORMED),
        counts.of(Count.RETRIES));
    to.printf(
        Locale.ROOT,
        "; %,d tokens asked, %,d answered.%n",
        counts.of(Count.PROMPT_TOKENS),
        counts.of(Count.COMPLETION_TOKENS));
    if (counts.of(Count.PAIRS) == 0) {
      to.println("warning: there is no pair to train on; the log says what the judge answered");
    }
    to.println("The pairs are in " + FeedbackJob.pairs(directory));
    beside(FeedbackJob.completions(directory), "The rows to fine-tune on are in ");
    beside(FeedbackJob.undecided(directory), "What is undecided is in ");
    to.println("Every answer is in " + FeedbackJob.log(directory));
  }

  private void beside(Path file, String what) {
    if (Files.exists(file)) {
      to.println(what + file);
    }
  }

  private void count(Counts counts, Count count, String what) {
    if (counts.of(count) > 0) {
      to.printf(Locale.ROOT, "%,d %s.%n", counts.of(count), what);
    }
  }

  /** Which place wins says which bias the judge has. */
  private void disagreements(Counts counts) {
    if (counts.of(Count.DISAGREEMENTS) > 0) {
      to.printf(
          Locale.ROOT,
          "%,d verdicts depend on the order: %,d for whichever stood first, %,d for whichever stood"
              + " second.%n",
          counts.of(Count.DISAGREEMENTS),
          counts.of(Count.FIRST_TWICE),
          counts.of(Count.SECOND_TWICE));
    }
  }
}
