package dev.fettle.cli;

import dev.fettle.data.encode.LoadReport;
import dev.fettle.models.generate.SamplingOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/** What the commands that sample say alike. */
final class Samplings {
  private Samplings() {}

  /** Rows are known by their file's name. */
  static void requireRows(Path out) {
    if (!String.valueOf(out.getFileName()).endsWith(".jsonl")) {
      throw new Failures.UsageException(
          "--out: " + out + " is written one row a line; let its name end in .jsonl");
    }
  }

  static void warnOfEqualAnswers(SamplingOptions options, PrintWriter out) {
    int samples = options.draws().samples();
    if (options.isGreedy() && samples > 1) {
      out.println("warning: at temperature 0 all " + samples + " answers to a prompt are the same");
    }
  }

  /** Listens for Ctrl-C. */
  static StopSignal stopSignal(CommandSpec spec) {
    PrintWriter err = spec.commandLine().getErr();
    return new StopSignal(
            () -> {
              err.println("\nfettle: stopping; what is whole stays. Ctrl-C again quits at once");
              err.flush();
            })
        .install();
  }

  /** The heap is used up. */
  static Failures.OutOfMemory outOfMemory(OutOfMemoryError error) {
    return new Failures.OutOfMemory(error, "lower --batch-size");
  }

  /** Tells of rows that are not answered. */
  static void tellRows(LoadReport rows, PrintWriter out) {
    if (rows.droppedRows() > 0) {
      out.printf(
          Locale.ROOT,
          "warning: %,d of %,d rows are left out: %s%n",
          rows.droppedRows(),
          rows.rows(),
          rows.reasons());
    }
    rows.findings().forEach(f -> out.println("warning: " + f));
  }
}
