package dev.fettle.harness.config;

import dev.fettle.data.encode.LossOn;

/** Section {@code algorithm}: what is optimized. One record for each {@code type}. */
public sealed interface AlgorithmSettings {

  /** The name in a configuration. */
  String type();

  /**
   * Supervised fine-tuning; language-model pretraining is the same with {@code lossOn: all}.
   *
   * @param lossOn which tokens are targets: {@code completion}, {@code assistant}, {@code all}, or
   *     {@code auto}, the default: the completion where a row has one, else all
   */
  record Sft(LossOn lossOn) implements AlgorithmSettings {

    /** The targets chosen by the rows. */
    public static final Sft DEFAULT = new Sft(LossOn.AUTO);

    @Override
    public String type() {
      return "sft";
    }
  }
}
