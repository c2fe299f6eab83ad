package dev.fettle.harness.compare;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them. */
final class Quantity {
  /** Where there is no number. */
  static final String NONE = "-";

  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

  private Quantity() {}

  static String seconds(@Nullable Double seconds) {
    if (seconds == null || seconds.isNaN()) {
      return NONE;
    }
    if (seconds < 1) {
      return format(seconds < 0.01 ? "%.2f ms" : "%.0f ms", seconds * 1e3);
    }
    return format(seconds < 100 ? "%.1f s" : "%.0f s", seconds);
  }

  static String bytes(@Nullable Long bytes) {
    if (bytes == null) {
      return NONE;
    }
    return bytes < GIB ? format("%.0f MiB", bytes / MIB) : format("%.2f GiB", bytes / GIB);
  }

  static String rate(double perSecond) {
    return Double.isNaN(perSecond) ? NONE : format("%,.0f", perSecond);
  }

  static String loss(double loss) {
    return format("%.6f", loss);
  }

  /** A small number of which the size matters. */
  static String small(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : Double.toString(value);
    }
    return value >= 0.01 && value < 1e6
        ? format("%.3f", value)
        : format("%.1e", value).replace("e-0", "e-").replace("e+0", "e+");
  }

  /** A number as it was given, 2e-5 or 0.05. */
  static String given(double value) {
    return Double.toString(value).replace("E", "e").replaceAll("\\.0(?=e|$)", "");
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
