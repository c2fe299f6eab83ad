package dev.fettle.harness.audit;

import java.util.Locale;

/**
 * What findings are made of.
 *
 * @param history what the run logged
 * @param answers what it sampled
 * @param limits from where on a finding is worth a look
 */
record Evidence(RunHistory history, AnswerTables answers, AuditLimits limits) {

  Series series(String name) {
    return history.series(name);
  }

  /** A number as one reads it. */
  static String number(double value) {
    double size = Math.abs(value);
    return size != 0 && (size < 1e-3 || size >= 1e5)
        ? String.format(Locale.ROOT, "%.2e", value)
        : String.format(Locale.ROOT, size >= 100 ? "%.1f" : "%.3f", value);
  }

  /** A share as one reads it. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  /** A change as a share of what there was. */
  static double relative(Series series) {
    return series.change() / Math.abs(series.start());
  }
}
