package dev.fettle.algorithm.grpo;

import dev.fettle.algorithm.rl.Advantages;
import dev.fettle.algorithm.rl.Advantages.GroupRelative;
import dev.fettle.algorithm.rl.Advantages.OfAnswer;
import dev.fettle.algorithm.rl.Aggregation;
import dev.fettle.algorithm.rl.KlSettings;
import dev.fettle.algorithm.rl.KlSettings.Place;
import dev.fettle.algorithm.rl.PolicyLoss.Ratio;
import dev.fettle.algorithm.rl.PolicyLoss.Surrogate;
import dev.fettle.algorithm.rl.Rewarding;
import dev.fettle.algorithm.rl.RlKeys;
import dev.fettle.algorithm.rl.RlRecipe;
import dev.fettle.algorithm.rl.RlRecipe.Learning;
import dev.fettle.algorithm.rl.RlRecipe.Near;
import dev.fettle.algorithm.rl.RlRecipe.Steps;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.rollout.RolloutSettings;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Choices;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Group relative policy optimisation (2402.03300): no critic, an answer is held against the others
 * to its prompt. Defaults are TRL's.
 *
 * @param sampling of answers
 * @param rewarding what they are worth
 * @param reference what the policy is kept near
 * @param kl how near
 * @param biasCorrection whether the divergence is weighed by the ratio
 * @param scaleRewards whose deviation rewards are counted in
 * @param lossType how tokens are aggregated
 * @param epsilon of ratios, below 1
 * @param epsilonHigh above 1
 * @param delta the largest ratio where a negative advantage would let it be any
 * @param importanceSampling whose ratio
 * @param passes over a rollout
 * @param entropyCoefficient of the entropy bonus
 */
public record GrpoSettings(
    RolloutSettings sampling,
    Rewarding rewarding,
    String reference,
    KlSettings kl,
    boolean biasCorrection,
    Advantages.Scale scaleRewards,
    LossType lossType,
    double epsilon,
    Optional<Double> epsilonHigh,
    Optional<Double> delta,
    ImportanceSampling importanceSampling,
    int passes,
    double entropyCoefficient)
    implements AlgorithmSettings {
  /** The name in a configuration. */
  public static final String TYPE = "grpo";

  /** Whose ratio to the policy that sampled is clipped; TRL's names. */
  public enum ImportanceSampling {
    /** Each token's. */
    TOKEN,
    /** The answer's, by its tokens (GSPO, 2507.18071). */
    SEQUENCE
  }

  /** How the tokens of a step are aggregated; TRL's names. */
  public enum LossType {
    /** The mean over answers of the means over their tokens. */
    GRPO(Aggregation.ANSWERS),
    /** The mean over tokens. In TRL of a micro-batch; here of the step, as DAPO. */
    BNPO(Aggregation.TOKENS),
    /** The sum over tokens, by the longest answer there may be (2503.20783). */
    DR_GRPO(Aggregation.CONSTANT),
    /** The mean over all tokens of the step (2503.14476). */
    DAPO(Aggregation.TOKENS);

    private final Aggregation aggregation;

    LossType(Aggregation aggregation) {
      this.aggregation = aggregation;
    }
  }

  /** Its keys in section {@code algorithm}. */
  public static final Keys<GrpoSettings> KEYS =
      RlKeys.ruled(
              Keys.of(
                  GrpoSettings.class,
                  Keys.inline("sampling", RlKeys.sampling(8)),
                  Keys.inline("rewarding", Rewarding.KEYS),
                  RlKeys.reference(),
                  RlKeys.kl(KlSettings.of(0, KlEstimator.K3, Place.LOSS)),
                  Key.flag(
                          "biasCorrection",
                          "whether a divergence in the loss is weighed by the ratio to the policy"
                              + " that sampled, which makes its gradient unbiased")
                      .otherwise(true)
                      .also("use_bias_correction_kl"),
                  Key.choice(
                          "scaleRewards",
                          Advantages.Scale.class,
                          "whose standard deviation divides the advantages: of the answers to a"
                              + " prompt, of the whole rollout, or nobody's, as Dr. GRPO advises")
                      .otherwise(Advantages.Scale.GROUP)
                      .also("scale_rewards"),
                  Key.choice(
                          "lossType",
                          Choices.of("grpo", LossType.GRPO)
                              .or("bnpo", LossType.BNPO)
                              .or("dr_grpo", LossType.DR_GRPO)
                              .or("dapo", LossType.DAPO),
                          "`grpo`: all answers count alike; `dapo`, `bnpo`: all tokens of the step;"
                              + " `dr_grpo`: tokens, by `maxNewTokens`")
                      .otherwise(LossType.DAPO)
                      .also("loss_type"),
                  RlKeys.clip("epsilon", 0.2).also("epsilon_low"),
                  Key.number(
                          "epsilonHigh", Range.above(0), "the same above 1, as DAPO's clip-higher")
                      .optional("epsilon")
                      .also("epsilon_high"),
                  Key.number(
                          "delta",
                          Range.above(1),
                          "the largest ratio where the advantage is negative: two-sided clipping"
                              + " (2505.07291); above 1 + epsilonHigh")
                      .optional("any"),
                  Key.choice(
                          "importanceSampling",
                          ImportanceSampling.class,
                          "`token`: each token has its own ratio; `sequence`: the answer has one,"
                              + " the geometric mean over its tokens (GSPO, 2507.18071)")
                      .otherwise(ImportanceSampling.TOKEN)
                      .also("importance_sampling_level"),
                  RlKeys.passes(1),
                  RlKeys.entropyCoefficient()),
              GrpoSettings::recipe)
          .rule(
              "samplesPerPrompt",
              s -> s.sampling().samplesPerPrompt() > 1,
              s -> "is 1; an answer is held against the others to its prompt: sample 2 or more")
          .rule(
              "delta",
              s -> s.delta().isEmpty() || s.delta().get() > 1 + s.high(),
              s ->
                  "is "
                      + s.delta().orElseThrow()
                      + ", where ratios are clipped at 1 + "
                      + s.high()
                      + " already; raise it, or leave it out");

  private double high() {
    return epsilonHigh.orElse(epsilon);
  }

  private Surrogate surrogate() {
    Ratio ratio =
        importanceSampling == ImportanceSampling.SEQUENCE ? Ratio.ANSWER_MEAN : Ratio.TOKEN;
    OptionalDouble most = delta.stream().mapToDouble(Double::doubleValue).findFirst();
    return new Surrogate(ratio, epsilon, high(), most);
  }

  /** What it comes to. */
  public RlRecipe recipe() {
    return new RlRecipe(
        sampling,
        rewarding,
        new Near(reference, kl, biasCorrection),
        new Learning(
            new OfAnswer(new GroupRelative(scaleRewards)),
            false,
            surrogate(),
            lossType.aggregation,
            new Steps(passes, entropyCoefficient)),
        Optional.empty());
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<GrpoSettings> keys() {
    return KEYS;
  }
}
