package dev.fettle.harness.quickstart;

import dev.fettle.harness.model.NewModel;
import java.util.EnumSet;

/**
 * How large the job is.
 *
 * @param world how much data is made
 * @param model sizes of the base model
 * @param vocabSize tokens of its tokenizer at most
 * @param base how it is trained on plain text
 * @param fineTuning how it is trained on questions
 */
public record Scale(
    TinyWorld.Amount world, NewModel.Sizes model, int vocabSize, Stage base, Stage fineTuning) {

  /**
   * One training.
   *
   * @param steps optimizer steps
   * @param batchSize packed rows of each
   * @param maxLength tokens of a row
   * @param learningRate the highest
   */
  public record Stage(long steps, int batchSize, int maxLength, double learningRate) {}

  /** About a million parameters; two minutes or less on two cores. */
  public static Scale normal() {
    return new Scale(
        new TinyWorld.Amount(EnumSet.allOf(TaskKind.class), 600, 30),
        new NewModel.Sizes(2, 192, 4, 4, 768, 128, true),
        700,
        new Stage(150, 8, 128, 2e-3),
        new Stage(800, 8, 128, 6e-4));
  }
}
