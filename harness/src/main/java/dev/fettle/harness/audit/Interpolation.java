package dev.fettle.harness.audit;

import dev.fettle.harness.page.LinePlot.Curve;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Draws lines through points that are not one step apart. */
final class Interpolation {
  /** Distances are drawn in hundredths. */
  private static final double PARTS = 100;

  /** A distance of more is drawn no finer. */
  private static final int MOST = 20_000;

  private Interpolation() {}

  /** A value for each whole place from the first to the last, on the lines between points. */
  static Curve curve(String name, double[] x, List<Double> y) {
    int first = (int) Math.round(x[0]);
    int last = (int) Math.min(Math.round(x[x.length - 1]), (long) first + MOST);
    List<Double> values = new ArrayList<>();
    int next = 0;
    for (int at = first; at <= last; at++) {
      while (next < x.length - 1 && x[next] < at) {
        next++;
      }
      int before = Math.max(0, x[next] > at ? next - 1 : next);
      double width = x[next] - x[before];
      double part = width == 0 ? 0 : (at - x[before]) / width;
      values.add(y.get(before) + part * (y.get(next) - y.get(before)));
    }
    return new Curve(name, first, values);
  }

  /** The means of a metric at each hundredth of the distance, in the order of distances. */
  static Optional<Curve> against(String name, AuditReport.Logged kl, AuditReport.Logged metric) {
    Map<Long, Double> distances = new TreeMap<>();
    for (int i = 0; i < kl.steps().size(); i++) {
      distances.put(kl.steps().get(i), Math.sqrt(Math.max(0, kl.values().get(i))));
    }
    TreeMap<Long, List<Double>> at = new TreeMap<>();
    for (int i = 0; i < metric.steps().size(); i++) {
      Double distance = distances.get(metric.steps().get(i));
      if (distance != null) {
        at.computeIfAbsent(Math.round(PARTS * distance), d -> new ArrayList<>())
            .add(metric.values().get(i));
      }
    }
    if (at.size() < 2) {
      return Optional.empty();
    }
    double[] x = at.keySet().stream().mapToDouble(d -> d).toArray();
    List<Double> means =
        at.values().stream()
            .map(v -> v.stream().mapToDouble(d -> d).average().orElse(Double.NaN))
            .toList();
    return Optional.of(curve(name, x, means));
  }
}
