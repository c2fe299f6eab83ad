package dev.fettle.harness.audit;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * One metric over the steps of a run. Values that are not finite are left out.
 *
 * @param name the metric's
 * @param points in the order of their steps
 */
record Series(String name, List<Point> points) {
  /** Start and end are means over a fifth of the points each, over so many at most. */
  private static final int WIDEST = 20;

  private static final int SHARE = 5;

  /**
   * A value of a step.
   *
   * @param step optimizer steps taken
   */
  record Point(long step, double value) {}

  Series {
    points = points.stream().filter(p -> Double.isFinite(p.value())).toList();
  }

  static Series of(String name, Map<Long, Double> values) {
    return new Series(
        name,
        new TreeMap<>(values)
            .entrySet().stream().map(e -> new Point(e.getKey(), e.getValue())).toList());
  }

  boolean isEmpty() {
    return points.isEmpty();
  }

  int size() {
    return points.size();
  }

  long firstStep() {
    return points.get(0).step();
  }

  long lastStep() {
    return points.get(points.size() - 1).step();
  }

  private int window() {
    return Math.max(1, Math.min(WIDEST, points.size() / SHARE));
  }

  private DoubleStream values(int from, int to) {
    return points.subList(from, to).stream().mapToDouble(Point::value);
  }

  /** The mean of the first points. */
  double start() {
    return values(0, window()).average().orElse(Double.NaN);
  }

  /** The mean of the last points. */
  double end() {
    return values(size() - window(), size()).average().orElse(Double.NaN);
  }

  double change() {
    return end() - start();
  }

  /** The sum of all values. */
  double sum() {
    return values(0, size()).sum();
  }

  /** The point of the greatest value. */
  Point largest() {
    return points.stream()
        .reduce((a, b) -> b.value() > a.value() ? b : a)
        .orElseThrow(() -> new IllegalStateException("a series has points"));
  }

  /** Each value the mean of those around it, so many on either side as start and end average. */
  Series smoothed() {
    int reach = window() / 2;
    return new Series(
        name,
        IntStream.range(0, size())
            .mapToObj(
                i ->
                    new Point(
                        points.get(i).step(),
                        values(Math.max(0, i - reach), Math.min(size(), i + reach + 1))
                            .average()
                            .orElse(Double.NaN)))
            .toList());
  }

  /** The value of a step, if there is one. */
  Optional<Double> at(long step) {
    return points.stream().filter(p -> p.step() == step).map(Point::value).findFirst();
  }

  /** The slope of the line through the points, per step; 0 where there is one step alone. */
  double slope() {
    double steps = points.stream().mapToLong(Point::step).average().orElse(0);
    double mean = values(0, size()).average().orElse(0);
    double above = 0;
    double below = 0;
    for (Point p : points) {
      above += (p.step() - steps) * (p.value() - mean);
      below += (p.step() - steps) * (p.step() - steps);
    }
    return below == 0 ? 0 : above / below;
  }

  /** The standard deviation of the values over the steps. */
  double deviation() {
    double mean = values(0, size()).average().orElse(0);
    return Math.sqrt(
        values(0, size()).map(v -> (v - mean) * (v - mean)).average().orElse(Double.NaN));
  }

  /** Both at the steps they share, in columns. */
  double[][] beside(Series other) {
    Map<Long, Double> theirs = new TreeMap<>();
    other.points.forEach(p -> theirs.put(p.step(), p.value()));
    List<Point> shared = points.stream().filter(p -> theirs.containsKey(p.step())).toList();
    double[][] both = new double[2][shared.size()];
    for (int i = 0; i < shared.size(); i++) {
      both[0][i] = shared.get(i).value();
      both[1][i] = theirs.getOrDefault(shared.get(i).step(), Double.NaN);
    }
    return both;
  }

  /** Pearson's correlation over the steps both have; NaN where one of them does not change. */
  double correlation(Series other) {
    double[][] both = beside(other);
    double a = Arrays.stream(both[0]).average().orElse(0);
    double b = Arrays.stream(both[1]).average().orElse(0);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < both[0].length; i++) {
      ab += (both[0][i] - a) * (both[1][i] - b);
      aa += (both[0][i] - a) * (both[0][i] - a);
      bb += (both[1][i] - b) * (both[1][i] - b);
    }
    return aa == 0 || bb == 0 ? Double.NaN : ab / Math.sqrt(aa * bb);
  }
}
