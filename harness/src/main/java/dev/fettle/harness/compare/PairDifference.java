package dev.fettle.harness.compare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far two finished runs lie apart. A residual is the absolute difference of the two losses of a
 * step.
 *
 * @param first one run's label
 * @param second the other's
 * @param steps those both took
 * @param maxLoss the largest residual; NaN if a loss is, or if there are no steps
 * @param maxLossStep where it is
 * @param meanLoss the mean residual
 * @param maxGradNorm the largest difference of gradient norms, relative to the larger of the two
 * @param maxGradNormStep where it is
 * @param mismatch in what the runs were not the same training, as rows in another order; null if
 *     they were
 * @param withinTolerance whether they were the same training and stayed within the tolerance
 */
public record PairDifference(
    String first,
    String second,
    int steps,
    double maxLoss,
    long maxLossStep,
    double meanLoss,
    double maxGradNorm,
    long maxGradNormStep,
    @Nullable String mismatch,
    boolean withinTolerance) {

  /** Compares two runs step by step. */
  static PairDifference of(RunTrace a, RunTrace b, Tolerance tolerance) {
    double[] losses = lossResiduals(a, b);
    double[] norms = normResiduals(a, b);
    int worstLoss = indexOfMax(losses);
    int worstNorm = indexOfMax(norms);
    double max = worstLoss < 0 ? Double.NaN : losses[worstLoss];
    double mean = mean(losses);
    String mismatch = mismatch(a, b);
    // A NaN is within no tolerance.
    boolean within = mismatch == null && max <= tolerance.loss() && mean <= tolerance.meanLoss();
    return new PairDifference(
        a.label(),
        b.label(),
        losses.length,
        max,
        worstLoss + 1L,
        mean,
        worstNorm < 0 ? Double.NaN : norms[worstNorm],
        worstNorm + 1L,
        mismatch,
        within);
  }

  /** The residual of each step both took. */
  static double[] lossResiduals(RunTrace a, RunTrace b) {
    double[] residuals = new double[common(a, b)];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = Math.abs(a.steps().get(i).loss() - b.steps().get(i).loss());
    }
    return residuals;
  }

  private static double[] normResiduals(RunTrace a, RunTrace b) {
    double[] residuals = new double[common(a, b)];
    for (int i = 0; i < residuals.length; i++) {
      double x = a.steps().get(i).gradNorm();
      double y = b.steps().get(i).gradNorm();
      residuals[i] = x == y ? 0 : Math.abs(x - y) / Math.max(Math.abs(x), Math.abs(y));
    }
    return residuals;
  }

  private static int common(RunTrace a, RunTrace b) {
    return Math.min(a.steps().size(), b.steps().size());
  }

  /** The first NaN counts as the largest. */
  private static int indexOfMax(double[] values) {
    int best = -1;
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(values[i])) {
        return i;
      }
      if (best < 0 || values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    return sum / values.length;
  }

  private static @Nullable String mismatch(RunTrace a, RunTrace b) {
    List<StepRow> x = a.steps();
    List<StepRow> y = b.steps();
    for (int i = 0; i < common(a, b); i++) {
      StepRow s = x.get(i);
      StepRow t = y.get(i);
      if (s.tokens() != t.tokens()) {
        return "step " + s.step() + " has " + s.tokens() + " and " + t.tokens() + " tokens";
      }
      if (s.learningRate() != t.learningRate()) {
        return String.format(
            "step %d has learning rates %s and %s", s.step(), s.learningRate(), t.learningRate());
      }
    }
    return x.size() == y.size() ? null : "they took " + x.size() + " and " + y.size() + " steps";
  }
}
