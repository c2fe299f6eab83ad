package dev.fettle.train;

import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The metric by which evaluations are compared.
 *
 * @param metric with its prefix, as in {@code eval_loss}
 * @param lowerIsBetter whether less of it is better
 * @param keepBest whether a checkpoint is written at each new best
 * @param patience evaluations without a gain after which training ends; 0: it does not
 * @param minDelta the smallest gain that counts for {@code patience}
 */
public record Watch(
    String metric, boolean lowerIsBetter, boolean keepBest, int patience, double minDelta) {
  private static final String PREFIX = "eval_";

  /** An evaluation does not give the metric that is watched. */
  public static final class UnknownMetricException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownMetricException(String metric, Iterable<String> names) {
      super("is " + metric + ", but the evaluation gives " + String.join(", ", names));
    }
  }

  /** Checks the ranges. */
  public Watch {
    if (patience < 0 || !(minDelta >= 0)) {
      throw new IllegalArgumentException(
          "neither patience nor minDelta may be negative: " + patience + ", " + minDelta);
    }
  }

  /**
   * What is known after one more evaluation. One that is not a number is never the best.
   *
   * @param metrics without their prefix, as an evaluation gives them
   * @throws UnknownMetricException if the metric is not among them
   */
  Evaluations after(Evaluations before, long step, Map<String, Double> metrics) {
    Double value = metrics.get(metric.startsWith(PREFIX) ? metric.substring(5) : metric);
    if (value == null) {
      TreeSet<String> names = new TreeSet<>();
      metrics.keySet().forEach(n -> names.add(PREFIX + n));
      throw new UnknownMetricException(metric, names);
    }
    // What another metric came to says nothing about this one.
    Evaluations.Best known = before.best();
    Evaluations own = known != null && known.metric().equals(metric) ? before : Evaluations.NONE;
    if (Double.isNaN(value)) {
      return new Evaluations(step, own.best(), own.reference(), own.waited() + 1);
    }
    Double reference = own.reference();
    boolean gained = reference == null || beats(value, reference, minDelta);
    return new Evaluations(
        step, best(own.best(), value, step), gained ? value : reference, waited(own, gained));
  }

  private Evaluations.Best best(Evaluations.@Nullable Best known, double value, long step) {
    return known != null && !beats(value, known.value(), 0)
        ? known
        : new Evaluations.Best(metric, value, step);
  }

  private static int waited(Evaluations before, boolean gained) {
    return gained ? 0 : before.waited() + 1;
  }

  private boolean beats(double value, double other, double by) {
    return lowerIsBetter ? other - value > by : value - other > by;
  }

  /** Whether there was no gain for as long as one may wait. */
  public boolean exhausted(Evaluations seen) {
    return patience > 0 && seen.waited() >= patience;
  }
}
