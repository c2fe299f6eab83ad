package dev.fettle.train;

import dev.fettle.objective.Metric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The loss and metrics of an optimizer step while its micro-batches are run, in double. Each is put
 * together as its {@link Metric.Combine} says; those of workers likewise, by {@link
 * #add(Measurements)}.
 */
public final class Measurements {

  /** The loss, which every program gives; its parts are added up. */
  public static final String LOSS = "loss";

  /**
   * How an output is combined, once the program that gives it is written.
   *
   * @param name of the metric and of its output
   * @param weightName of the output with its weight; empty where it has none
   * @param combine over micro-batches
   */
  public record Kind(String name, String weightName, Metric.Combine combine) {

    /** That of a metric. */
    public static Kind of(Metric metric) {
      String weight = metric.weight() == null ? "" : metric.weightName();
      return new Kind(metric.name(), weight, metric.combine());
    }
  }

  private record Sum(Metric.Combine combine, double value, double weight) {
    Sum plus(Sum other) {
      double combined =
          switch (combine) {
            case SUM, RATIO_OF_SUMS -> value + other.value;
            case MAX -> Math.max(value, other.value);
            case MIN -> Math.min(value, other.value);
          };
      return new Sum(combine, combined, weight + other.weight);
    }

    double result() {
      return combine == Metric.Combine.RATIO_OF_SUMS ? value / weight : value;
    }
  }

  private final Map<String, Sum> sums = new LinkedHashMap<>();

  /** Adds what one micro-batch gave, by the names of outputs. */
  public void add(Map<String, Double> outputs, List<Kind> kinds) {
    put(LOSS, new Sum(Metric.Combine.SUM, outputs.getOrDefault(LOSS, 0.0), 0));
    for (Kind kind : kinds) {
      double value = outputs.getOrDefault(kind.name(), Double.NaN);
      double weight = outputs.getOrDefault(kind.weightName(), 0.0);
      put(kind.name(), new Sum(kind.combine(), value, weight));
    }
  }

  /** Adds another worker's. */
  public void add(Measurements other) {
    other.sums.forEach(this::put);
  }

  private void put(String name, Sum sum) {
    sums.merge(name, sum, Sum::plus);
  }

  /** The values over all that was added, the loss first. */
  public Map<String, Double> results() {
    Map<String, Double> results = new LinkedHashMap<>();
    sums.forEach((name, sum) -> results.put(name, sum.result()));
    return results;
  }
}
