package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.PolicyLoss.Surrogate;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;

/** The equations of policy gradients, element by element, in whatever type the values have. */
final class PolicyTerms {
  /** Beyond this a ratio's logarithm is held, as OpenRLHF does: the exponential stays a number. */
  private static final double LARGEST = 20;

  private PolicyTerms() {}

  /** {@code -A log p}. */
  static Value plain(GraphBuilder g, Value logProbs, Value advantages) {
    return g.neg(g.mul(advantages, logProbs));
  }

  /** {@code exp(log p - log p_old)}. */
  static Value ratio(GraphBuilder g, Value difference) {
    Value most = g.fill(LARGEST, difference.type());
    return g.exp(g.max(g.min(difference, most), g.neg(most)));
  }

  /** {@code max(-A min(r, most), -A clip(r, 1 - low, 1 + high))}. */
  static Value clipped(GraphBuilder g, Value ratio, Value advantages, Surrogate by) {
    Value held = held(g, ratio, 1 - by.low(), 1 + by.high());
    Value free =
        by.most().isPresent() ? g.min(ratio, g.fill(by.most().getAsDouble(), ratio.type())) : ratio;
    return g.neg(g.min(g.mul(advantages, free), g.mul(advantages, held)));
  }

  /** 1 where a clipped ratio is what counts, so that nothing is learnt; else 0. */
  static Value isClipped(GraphBuilder g, Value ratio, Value advantages, Surrogate by) {
    Value held = held(g, ratio, 1 - by.low(), 1 + by.high());
    return g.cast(g.less(g.mul(advantages, held), g.mul(advantages, ratio)), ratio.type().dtype());
  }

  private static Value held(GraphBuilder g, Value x, double low, double high) {
    return g.min(g.max(x, g.fill(low, x.type())), g.fill(high, x.type()));
  }

  /** An estimate of {@code KL(p || q)} from one token, {@code x = log p - log q}. */
  static Value kl(GraphBuilder g, KlEstimator estimator, Value x) {
    return switch (estimator) {
      case K1 -> x;
      case K2 -> g.scale(g.mul(x, x), 0.5);
      case K3 -> g.add(g.offset(ratio(g, g.neg(x)), -1), x);
    };
  }

  /** {@code (V - R)^2 / 2}. */
  static Value valueLoss(GraphBuilder g, Value values, Value returns) {
    Value off = g.sub(values, returns);
    return g.scale(g.mul(off, off), 0.5);
  }

  /** The larger of that and the same of a value that has moved by no more than {@code clip}. */
  static Value clippedValueLoss(
      GraphBuilder g, Value values, Value before, Value returns, double clip) {
    Value moved = held(g, g.sub(values, before), -clip, clip);
    return g.max(valueLoss(g, values, returns), valueLoss(g, g.add(before, moved), returns));
  }
}
