package dev.fettle.harness.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Where values lie on an axis.
 *
 * @param low the value at its beginning
 * @param high the value at its end
 * @param logarithmic whether equal distances are equal ratios
 * @param ticks the marked values
 */
record Axis(double low, double high, boolean logarithmic, List<Double> ticks) {
  private static final int WANTED_TICKS = 5;
  private static final int MOST_DECADES = 7;

  /** An axis from and to the outermost values, or a little more. */
  static Axis linear(DoubleStream values) {
    double[] range = range(values);
    double span = range[1] - range[0];
    double pad = span > 0 ? 0.04 * span : Math.max(Math.abs(range[0]) * 0.1, 1e-12);
    return linear(range[0] - pad, range[1] + pad);
  }

  /** An axis of exactly that range, marked at round values. */
  static Axis linear(double low, double high) {
    double rough = (high - low) / WANTED_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        DoubleStream.of(1, 2, 5, 10)
            .map(m -> m * power)
            .filter(s -> s >= rough)
            .findFirst()
            .orElse(rough);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12); i++) {
      ticks.add(i * step);
    }
    return new Axis(low, high, false, List.copyOf(ticks));
  }

  /** An axis over whole decades that hold all positive values. */
  static Axis decades(DoubleStream values) {
    double[] range = range(values.filter(v -> v > 0));
    int first = (int) Math.floor(Math.log10(range[0]));
    int last = Math.max(first + 1, (int) Math.ceil(Math.log10(range[1])));
    int every = 1 + (last - first) / MOST_DECADES;
    List<Double> ticks = new ArrayList<>();
    for (int e = first; e <= last; e += every) {
      ticks.add(Math.pow(10, e));
    }
    return new Axis(Math.pow(10, first), Math.pow(10, last), true, List.copyOf(ticks));
  }

  private static double[] range(DoubleStream values) {
    double[] finite = values.filter(Double::isFinite).sorted().toArray();
    return finite.length == 0
        ? new double[] {0.1, 1}
        : new double[] {finite[0], finite[finite.length - 1]};
  }

  /** The place of a value, from 0 to 1; what lies outside is put at the nearer end. */
  double at(double value) {
    double f =
        logarithmic
            ? (Math.log(Math.max(value, low)) - Math.log(low)) / (Math.log(high) - Math.log(low))
            : (value - low) / (high - low);
    return Math.min(1, Math.max(0, f));
  }

  /** A tick's text. */
  String label(double tick) {
    if (logarithmic) {
      return tick >= 0.009 && tick < 1e6
          ? String.format(Locale.ROOT, tick < 1 ? "%.2g" : "%,.0f", tick)
          : "1e" + Math.round(Math.log10(tick));
    }
    double step = ticks.size() > 1 ? ticks.get(1) - ticks.get(0) : tick;
    int digits = (int) Math.max(0, -Math.floor(Math.log10(Math.abs(step)) + 1e-9));
    return digits > 6
        ? String.format(Locale.ROOT, "%.1e", tick)
        : String.format(Locale.ROOT, "%,." + digits + "f", tick == 0 ? 0.0 : tick);
  }
}
