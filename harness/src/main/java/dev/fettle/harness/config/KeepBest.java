package dev.fettle.harness.config;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import java.util.Locale;
import java.util.Optional;

/**
 * Section {@code train.keepBest}: the checkpoint of the best evaluation is kept beside the newest.
 *
 * @param metric of an evaluation, as in {@code eval_loss}
 * @param mode whether the least or the most of it is best; by default the least if its name ends
 *     with {@code loss}
 * @param asFinal whether {@code final/} is the best model, rather than the last
 */
public record KeepBest(String metric, Optional<Mode> mode, boolean asFinal) {

  /** What is best. */
  public enum Mode {
    /** The least. */
    MIN,
    /** The most. */
    MAX
  }

  private static final String PREFIX = "eval_";

  /** The loss of the evaluation. */
  public static final String LOSS = "eval_loss";

  static final Keys<KeepBest> KEYS =
      Keys.of(
              KeepBest.class,
              Key.text("metric", "a metric of the evaluation, as in `eval_loss`")
                  .must(name -> !name.isBlank(), "name a metric")
                  .otherwise(LOSS)
                  .also("metric_for_best_model", "early_stopping_metric"),
              Key.choice("mode", Mode.class, "whether the least of it is best, or the most")
                  .optional("`min` where its name ends with `loss`, else `max`"),
              Key.flag("asFinal", "whether `final/` is the best model; else it is the last")
                  .otherwise(false)
                  .also("load_best_model_at_end"))
          .note("set train.keepBest.mode: max for true, min for false", "greater_is_better");

  /** By the loss; {@code final/} is the last model. */
  public static final KeepBest BY_LOSS = new KeepBest(LOSS, Optional.empty(), false);

  /** The metric's name with its prefix. */
  public String name() {
    return metric.startsWith(PREFIX) ? metric : PREFIX + metric;
  }

  /** Whether less of it is better. */
  public boolean lower() {
    return mode.map(m -> m == Mode.MIN)
        .orElseGet(() -> metric.toLowerCase(Locale.ROOT).endsWith("loss"));
  }
}
