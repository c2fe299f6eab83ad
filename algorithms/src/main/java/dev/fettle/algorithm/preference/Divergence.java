package dev.fettle.algorithm.preference;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;

/**
 * From an answer's log-ratio {@code d = log pi - log pi_ref} to its score: the derivative of the
 * function whose divergence keeps the policy near the reference (Wang et al., 2023, 2309.16240), as
 * TRL 1.13 computes it. The names are those of the configuration.
 */
public enum Divergence {
  /** {@code d}: what DPO itself is derived from. */
  REVERSE_KL {
    @Override
    Value score(GraphBuilder g, Value d, double alpha) {
      return d;
    }
  },
  /** {@code 1 - e^-d}. */
  FORWARD_KL {
    @Override
    Value score(GraphBuilder g, Value d, double alpha) {
      return g.oneMinus(g.exp(g.neg(d)));
    }
  },
  /** {@code log 2 + log s(d)}. */
  JS_DIVERGENCE {
    @Override
    Value score(GraphBuilder g, Value d, double alpha) {
      return g.offset(Pairs.logSigmoid(g, d), Math.log(2));
    }
  },
  /** {@code (e^((a - 1) d) - 1) / (a - 1)}; {@code d} itself at {@code a = 1}. */
  ALPHA_DIVERGENCE {
    @Override
    Value score(GraphBuilder g, Value d, double alpha) {
      double a = alpha - 1;
      if (Math.abs(a) < LIMIT) {
        return d;
      }
      Value exponent = g.scale(d, a);
      Value bounded = g.min(exponent, g.fill(LARGEST, exponent.type()));
      return g.scale(g.offset(g.exp(bounded), -1), 1 / a);
    }
  };

  private static final double LIMIT = 1e-6;

  /** Where the exponential still is a number in F32. */
  private static final double LARGEST = 80;

  abstract Value score(GraphBuilder g, Value d, double alpha);
}
