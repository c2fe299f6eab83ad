package dev.fettle.algorithm.sft;

import dev.fettle.data.encode.LossOn;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;

/**
 * Supervised fine-tuning; language-model pretraining is the same with {@code lossOn: all}.
 *
 * @param lossOn which tokens are targets; by default the completion where a row has one, else all
 */
public record SftSettings(LossOn lossOn) implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "sft";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<SftSettings> KEYS =
      Keys.of(
              SftSettings.class,
              Key.choice(
                      "lossOn",
                      LossOn.class,
                      "which tokens are targets; `auto`: the completion where a row has one apart"
                          + " from its prompt, else all. `assistant` needs a chat template with"
                          + " `{% generation %}` blocks")
                  .otherwise(LossOn.AUTO))
          .note("set algorithm.lossOn: completion, or all for false", "completion_only_loss")
          .note("set algorithm.lossOn: assistant", "assistant_only_loss")
          .note("set algorithm.lossOn: all, or completion for false", "train_on_inputs")
          .note("the loss of supervised fine-tuning is the mean over target tokens", "loss_type");

  /** The targets chosen by the rows. */
  public static final SftSettings DEFAULT = new SftSettings(LossOn.AUTO);

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<SftSettings> keys() {
    return KEYS;
  }
}
