package dev.fettle.harness.config;

import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.Optimizer;
import dev.fettle.optim.ScheduleSettings;
import dev.fettle.optim.SgdOptimizer;
import dev.fettle.optim.Warmup;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Section {@code optimizer}.
 *
 * @param rule how parameters follow gradients
 * @param learningRate the rate the schedule scales
 * @param weightDecay decoupled for AdamW, coupled for SGD
 * @param weightDecayOn which parameters decay
 * @param clipNorm the largest global gradient norm; 0 for no clipping
 * @param schedule of the learning rate
 */
public record OptimizerSettings(
    Rule rule,
    double learningRate,
    double weightDecay,
    DecayedParameters weightDecayOn,
    double clipNorm,
    ScheduleSettings schedule) {

  /** The key {@code type} with the settings only it has. */
  public sealed interface Rule {
    /** The name in a configuration. */
    String type();
  }

  /**
   * Type {@code adamw}.
   *
   * @param betas decay of the first and of the second moment
   * @param epsilon added to the denominator
   */
  public record AdamW(List<Double> betas, double epsilon) implements Rule {
    /** Torch's defaults. */
    public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8);

    private static final Keys<AdamW> KEYS =
        Keys.of(
                AdamW.class,
                Key.number("betas", Range.atLeast(0).below(1), "decay of the moments")
                    .list(2)
                    .otherwise(DEFAULT.betas()),
                Key.number("epsilon", Range.above(0), "added to the denominator")
                    .otherwise(DEFAULT.epsilon())
                    .also("adam_epsilon", "eps"))
            .note("that is the first of optimizer.betas here", "adam_beta1")
            .note("that is the second of optimizer.betas here", "adam_beta2");

    /** Copies the list, which must hold two. */
    public AdamW {
      betas = List.copyOf(betas);
      if (betas.size() != 2) {
        throw new IllegalArgumentException("AdamW has two betas, not " + betas);
      }
    }

    /** The decay of each moment. */
    public AdamW(double beta1, double beta2, double epsilon) {
      this(List.of(beta1, beta2), epsilon);
    }

    @Override
    public String type() {
      return "adamw";
    }
  }

  /**
   * Type {@code sgd}.
   *
   * @param momentum decay of the velocity
   */
  public record Sgd(double momentum) implements Rule {
    private static final Keys<Sgd> KEYS =
        Keys.of(
            Sgd.class,
            Key.number("momentum", Range.atLeast(0).below(1), "decay of the velocity")
                .otherwise(0.0));

    @Override
    public String type() {
      return "sgd";
    }
  }

  /** The defaults. */
  public static final OptimizerSettings DEFAULT =
      new OptimizerSettings(
          AdamW.DEFAULT,
          2e-5,
          0,
          DecayedParameters.MATRICES,
          1,
          ScheduleSettings.of("linear", Warmup.NONE));

  private static final Keys<Rule> RULE =
      Keys.byType(
          Rule.class,
          Rule::type,
          Key.text("type", "how parameters follow gradients").otherwise("adamw").also("optim"),
          rules());

  static final Keys<OptimizerSettings> KEYS =
      Keys.of(
          OptimizerSettings.class,
          Keys.inline("rule", RULE),
          Key.number("learningRate", Range.above(0), "the rate the schedule scales")
              .otherwise(DEFAULT.learningRate())
              .also("learning_rate", "lr"),
          Key.number("weightDecay", Range.atLeast(0), "decoupled for `adamw`, coupled for `sgd`")
              .otherwise(DEFAULT.weightDecay())
              .also("weight_decay"),
          Key.choice(
                  "weightDecayOn",
                  DecayedParameters.class,
                  "what decays; `matrices` leaves out biases and norms")
              .otherwise(DEFAULT.weightDecayOn()),
          Key.number(
                  "clipNorm", Range.atLeast(0), "the largest global gradient norm; 0: no clipping")
              .otherwise(DEFAULT.clipNorm())
              .also("max_grad_norm", "gradient_clipping"),
          Key.section("schedule", ScheduleTable.KEYS, "of the learning rate"));

  private static Map<String, Keys<? extends Rule>> rules() {
    Map<String, Keys<? extends Rule>> rules = new LinkedHashMap<>();
    rules.put("adamw", AdamW.KEYS);
    rules.put("sgd", Sgd.KEYS);
    return rules;
  }

  /** The optimizer these settings describe. */
  public Optimizer toOptimizer() {
    if (rule instanceof AdamW a) {
      return new AdamWOptimizer(
          a.betas().get(0), a.betas().get(1), a.epsilon(), weightDecay, weightDecayOn);
    }
    return new SgdOptimizer(((Sgd) rule).momentum(), weightDecay, weightDecayOn);
  }
}
