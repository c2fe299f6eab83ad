package dev.fettle.algorithm.sft;

import dev.fettle.data.encode.LossOn;
import dev.fettle.settings.AlgorithmSettings;

/**
 * Supervised fine-tuning; language-model pretraining is the same with {@code lossOn: all}.
 *
 * @param lossOn which tokens are targets: {@code completion}, {@code assistant}, {@code all}, or
 *     {@code auto}, the default: the completion where a row has one, else all
 */
public record SftSettings(LossOn lossOn) implements AlgorithmSettings {

  /** The targets chosen by the rows. */
  public static final SftSettings DEFAULT = new SftSettings(LossOn.AUTO);

  @Override
  public String type() {
    return "sft";
  }
}
