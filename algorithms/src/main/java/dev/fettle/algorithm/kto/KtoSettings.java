package dev.fettle.algorithm.kto;

import dev.fettle.algorithm.preference.HeldReference;
import dev.fettle.algorithm.preference.SyncSettings;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.util.List;
import java.util.Optional;

/**
 * Kahneman-Tversky optimisation (2402.01306, eq. 7 and 8). With {@code r} an answer's log-ratio, a
 * wanted answer's loss is {@code desirableWeight (1 - s(beta (r - z)))}, an unwanted one's {@code
 * undesirableWeight (1 - s(beta (z - r)))}; {@code z} estimates how far the policy is from the
 * reference. Defaults are TRL's.
 *
 * @param loss what {@code z} is
 * @param beta how strongly the policy is held to the reference
 * @param desirableWeight what wanted answers count
 * @param undesirableWeight what unwanted answers count
 * @param reference {@link HeldReference#START} or a model directory
 * @param syncReference how the reference follows the policy; empty where it stays as it is
 */
public record KtoSettings(
    Loss loss,
    double beta,
    double desirableWeight,
    double undesirableWeight,
    String reference,
    Optional<SyncSettings> syncReference)
    implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "kto";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<KtoSettings> KEYS =
      Keys.of(
          KtoSettings.class,
          Key.choice(
                  "loss",
                  Loss.class,
                  "how an answer's log-ratio is judged: against an estimate of the policy's distance"
                      + " from the reference (`kto`), or against 0 (`apo_zero_unpaired`)")
              .otherwise(Loss.KTO),
          Key.number("beta", Range.above(0), "how strongly the policy is held to the reference")
              .otherwise(0.1),
          Key.number("desirableWeight", Range.atLeast(0), "what wanted answers count")
              .otherwise(1.0)
              .also("desirable_weight"),
          Key.number("undesirableWeight", Range.atLeast(0), "what unwanted answers count")
              .otherwise(1.0)
              .also("undesirable_weight"),
          PathKeys.wordOrDirectory(
                  "reference",
                  List.of(HeldReference.START),
                  "what the policy is held against: the model training begins with (`start`; with a"
                      + " fresh adapter, the model without it, at no cost), or another model's"
                      + " directory")
              .otherwise(HeldReference.START),
          Key.section(
                  "syncReference", SyncSettings.KEYS, "let the reference follow the policy: TR-DPO")
              .optional("it stays as it is"));

  /** What an answer's log-ratio is compared with. */
  public enum Loss {
    /** The mean log-ratio of the step's answers, each behind another one's prompt; 0 at least. */
    KTO,
    /** 0: APO-zero without pairs (2408.06266, eq. 7). */
    APO_ZERO_UNPAIRED
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<KtoSettings> keys() {
    return KEYS;
  }
}
