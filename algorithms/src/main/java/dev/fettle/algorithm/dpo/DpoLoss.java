package dev.fettle.algorithm.dpo;

import dev.fettle.algorithm.preference.Link;
import dev.fettle.algorithm.preference.Links;
import dev.fettle.algorithm.preference.Score;
import dev.fettle.algorithm.preference.Term;
import java.util.Optional;

/** The losses by their names in a configuration, which are TRL's where TRL has them. */
public enum DpoLoss {
  SIGMOID(Of.SCORES),
  CDPO(Of.SCORES),
  ROBUST(Of.SCORES),
  HINGE(Of.SCORES),
  /** On means over tokens, as TRL; see {@link #IPO_SUM}. */
  IPO(Of.SCORES_PER_TOKEN),
  /** On sums over tokens, as the paper writes it. */
  IPO_SUM(Of.SCORES),
  SIGMOID_NORM(Of.SCORES_PER_TOKEN),
  EXO_PAIR(Of.SCORES),
  NCA_PAIR(Of.RATIOS),
  BCO_PAIR(Of.RATIOS),
  SPPO_HARD(Of.RATIOS),
  AOT(Of.RATIOS),
  AOT_UNPAIRED(Of.RATIOS),
  APO_ZERO(Of.RATIOS),
  APO_DOWN(Of.RATIOS),
  DISCOPOP(Of.SCORES),
  /** The negative log-likelihood of the chosen answers' tokens: a mean over tokens, not pairs. */
  SFT(Of.RATIOS);

  /** What a loss compares. */
  private enum Of {
    /** What the divergence makes of log-ratios. */
    SCORES,
    /** The same, by the number of tokens. */
    SCORES_PER_TOKEN,
    /** Log-ratios as they are. */
    RATIOS
  }

  private final Of of;

  DpoLoss(Of of) {
    this.of = of;
  }

  /** Its term of a loss; none for the likelihood of chosen answers. */
  Optional<Term> term(DpoSettings settings, double weight) {
    return link(settings).map(link -> new Term(link, weight, score(settings)));
  }

  private Score score(DpoSettings settings) {
    Score scores = Score.of(settings.fDivergence(), settings.fAlpha());
    return switch (of) {
      case SCORES -> scores;
      case SCORES_PER_TOKEN -> scores.then(Score.PER_TOKEN);
      case RATIOS -> Score.RATIOS;
    };
  }

  private Optional<Link> link(DpoSettings s) {
    double beta = s.beta();
    double smoothing = s.labelSmoothing();
    return Optional.ofNullable(
        switch (this) {
          case SIGMOID, SIGMOID_NORM -> Links.sigmoid(beta);
          case CDPO -> Links.conservative(beta, smoothing);
          case ROBUST -> Links.robust(beta, smoothing);
          case HINGE -> Links.hinge(beta);
          case IPO, IPO_SUM -> Links.ipo(beta);
          case EXO_PAIR -> Links.exo(beta, smoothing);
          case NCA_PAIR -> Links.nca(beta);
          case BCO_PAIR -> Links.bco(beta);
          case SPPO_HARD -> Links.sppo(beta);
          case AOT -> Links.aot(beta, smoothing);
          case AOT_UNPAIRED -> Links.aotUnpaired(beta, smoothing);
          case APO_ZERO -> Links.apoZero(beta);
          case APO_DOWN -> Links.apoDown(beta);
          case DISCOPOP -> Links.discoPop(beta, s.discopopTau());
          case SFT -> null;
        });
  }

  /** Whether it sorts the scores of a micro-batch. */
  public boolean sorts() {
    return this == AOT || this == AOT_UNPAIRED;
  }
}
