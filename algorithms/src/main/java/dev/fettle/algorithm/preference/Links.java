package dev.fettle.algorithm.preference;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Relu;

/**
 * The losses of the DPO family, as TRL 1.13 names and computes them. {@code h} is by how much the
 * chosen answer's score is ahead, {@code w} and {@code l} are the two scores, and {@code s} is the
 * logistic function.
 */
public final class Links {

  /** The least that a mean of F32 log-probabilities differs from 0. */
  private static final double NEAREST = 0x1p-24;

  private Links() {}

  /** {@code -log s(beta h)}: DPO (Rafailov et al., 2023, eq. 7). */
  public static Link sigmoid(double beta) {
    return p -> p.g().neg(p.logSigmoid(scaled(p, beta)));
  }

  /**
   * {@code -(1 - e) log s(beta h) - e log s(-beta h)}: conservative DPO, for labels of which a
   * share {@code e} is wrong (Mitchell, 2023).
   */
  public static Link conservative(double beta, double smoothing) {
    return p -> smoothed(p, scaled(p, beta), smoothing);
  }

  /** {@code (-(1 - e) log s(beta h) + e log s(-beta h)) / (1 - 2 e)}: robust DPO (2403.00409). */
  public static Link robust(double beta, double smoothing) {
    return p -> {
      GraphBuilder g = p.g();
      Value x = scaled(p, beta);
      Value clean = g.scale(p.logSigmoid(x), smoothing - 1);
      Value flipped = g.scale(p.logSigmoid(g.neg(x)), smoothing);
      return g.scale(g.add(clean, flipped), 1 / (1 - 2 * smoothing));
    };
  }

  /**
   * {@code -(1 - e) log s(x) - e log s(-x)} with {@code x = beta h - gamma}: SimPO, on scores a
   * token (2405.14734, eq. 6).
   */
  public static Link sigmoidBeyond(double beta, double gamma, double smoothing) {
    return p -> smoothed(p, p.g().offset(scaled(p, beta), -gamma), smoothing);
  }

  /** {@code max(0, delta - h)}: the calibration of SLiC-HF (2305.10425, eq. 2). */
  public static Link margin(double delta) {
    return p -> Relu.of(p.g(), p.g().offset(p.g().neg(p.ahead()), delta));
  }

  /** {@code -w}: the regularisation of SLiC-HF, held to the chosen answer. */
  public static Link unlikelihoodOfChosen() {
    return p -> p.g().neg(p.chosen());
  }

  /** {@code max(0, 1 - beta h)}: the hinge of RSO and of normalised SLiC. */
  public static Link hinge(double beta) {
    return p -> Relu.of(p.g(), p.g().offset(p.g().scale(p.ahead(), -beta), 1));
  }

  /** {@code (h - 1 / (2 beta))^2}: IPO (2310.12036, eq. 17), on sums over tokens. */
  public static Link ipo(double beta) {
    return p -> square(p, p.g().offset(p.ahead(), -1 / (2 * beta)));
  }

  /**
   * {@code log s(o)}, {@code o} the logarithm of the odds ratio of two answers, on mean
   * log-probabilities a token: ORPO (2403.07691, eq. 7).
   */
  public static Link oddsRatio() {
    return p -> p.logSigmoid(logOdds(p));
  }

  /** {@code o = log (odds(w) / odds(l))}, {@code odds(p) = p / (1 - p)}. */
  public static Link logOddsRatio() {
    return Links::logOdds;
  }

  private static Value logOdds(Pairs p) {
    GraphBuilder g = p.g();
    Value against = g.sub(logOfRest(g, p.chosen()), logOfRest(g, p.rejected()));
    return g.sub(p.ahead(), against);
  }

  /**
   * {@code log(1 - e^x)} for {@code x < 0}: {@code log(-tanh(x / 2)) + log(1 + e^x)}, which loses
   * nothing near 0. What is nearer than floats can tell is bounded, so that a certain answer has a
   * finite loss.
   */
  private static Value logOfRest(GraphBuilder g, Value x) {
    Value below = g.min(x, g.fill(-NEAREST, x.type()));
    Value rest = g.log(g.neg(g.tanh(g.scale(below, 0.5))));
    return g.add(rest, g.log(g.offset(g.exp(below), 1)));
  }

  /**
   * {@code q (log q - log(1 - e)) + (1 - q) (log(1 - q) - log e)} with {@code q = s(beta h)}: EXO
   * for pairs (2402.00856, eq. 16).
   */
  public static Link exo(double beta, double smoothing) {
    return p -> {
      GraphBuilder g = p.g();
      Value x = scaled(p, beta);
      Value won = g.mul(g.logistic(x), g.offset(p.logSigmoid(x), -Math.log1p(-smoothing)));
      Value lost =
          g.mul(g.logistic(g.neg(x)), g.offset(p.logSigmoid(g.neg(x)), -Math.log(smoothing)));
      return g.add(won, lost);
    };
  }

  /** {@code -log s(beta w) - log s(-beta w) / 2 - log s(-beta l) / 2}: NCA (2402.05369). */
  public static Link nca(double beta) {
    return p -> {
      GraphBuilder g = p.g();
      Value w = g.scale(p.chosen(), beta);
      Value l = g.scale(p.rejected(), beta);
      Value against = g.add(p.logSigmoid(g.neg(w)), p.logSigmoid(g.neg(l)));
      return g.neg(g.add(p.logSigmoid(w), g.scale(against, 0.5)));
    };
  }

  /** {@code -log s(beta w) - log s(-beta l)}: BCO on pairs (2404.04656). */
  public static Link bco(double beta) {
    return p -> {
      GraphBuilder g = p.g();
      Value w = p.logSigmoid(g.scale(p.chosen(), beta));
      return g.neg(g.add(w, p.logSigmoid(g.scale(p.rejected(), -beta))));
    };
  }

  /** {@code (w - 1 / (2 beta))^2 + (l + 1 / (2 beta))^2}: SPPO with hard labels (2405.00675). */
  public static Link sppo(double beta) {
    return p -> {
      GraphBuilder g = p.g();
      Value w = square(p, g.offset(p.chosen(), -0.5 / beta));
      return g.add(w, square(p, g.offset(p.rejected(), 0.5 / beta)));
    };
  }

  /** {@code 1 - s(beta w) + s(beta l)}: APO-zero (2408.06266, eq. 7). */
  public static Link apoZero(double beta) {
    return p -> {
      GraphBuilder g = p.g();
      Value w = g.logistic(g.scale(p.chosen(), -beta));
      return g.add(w, g.logistic(g.scale(p.rejected(), beta)));
    };
  }

  /** {@code s(beta w) + 1 - s(beta (w - l))}: APO-down (2408.06266, eq. 8). */
  public static Link apoDown(double beta) {
    return p -> {
      GraphBuilder g = p.g();
      Value w = g.logistic(g.scale(p.chosen(), beta));
      return g.add(w, g.logistic(g.scale(p.ahead(), -beta)));
    };
  }

  /** {@code (1 - m)(-log s(beta h)) + m e^(-beta h)}, {@code m = s(beta h / tau)}: 2406.08414. */
  public static Link discoPop(double beta, double tau) {
    return p -> {
      GraphBuilder g = p.g();
      Value x = scaled(p, beta);
      Value m = g.logistic(g.scale(x, 1 / tau));
      Value logistic = g.mul(g.neg(p.logSigmoid(x)), g.oneMinus(m));
      return g.add(logistic, g.mul(g.exp(g.neg(x)), m));
    };
  }

  /**
   * The smoothed logistic loss of chosen scores in order less rejected scores in order: AOT without
   * pairs (2406.05882). Depends on how a step is cut into micro-batches, since each is sorted by
   * itself.
   */
  public static Link aotUnpaired(double beta, double smoothing) {
    return p -> {
      Value delta = p.g().sub(p.falling(p.chosen()), p.falling(p.rejected()));
      return smoothed(p, p.g().scale(delta, beta), smoothing);
    };
  }

  /** The same of the policy's differences in order less the reference's in order: AOT. */
  public static Link aot(double beta, double smoothing) {
    return p -> {
      GraphBuilder g = p.g();
      Value of = p.referenceAhead();
      Value delta = g.sub(p.falling(g.add(p.ahead(), of)), p.falling(of));
      return smoothed(p, g.scale(delta, beta), smoothing);
    };
  }

  private static Value scaled(Pairs p, double beta) {
    return p.g().scale(p.ahead(), beta);
  }

  private static Value smoothed(Pairs p, Value x, double smoothing) {
    GraphBuilder g = p.g();
    Value right = g.scale(p.logSigmoid(x), smoothing - 1);
    return g.sub(right, g.scale(p.logSigmoid(g.neg(x)), smoothing));
  }

  private static Value square(Pairs p, Value x) {
    return p.g().mul(x, x);
  }
}
