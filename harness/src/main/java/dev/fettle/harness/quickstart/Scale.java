package dev.fettle.harness.quickstart;

import dev.fettle.harness.model.NewModel;
import java.util.EnumSet;

/**
 * How large the job is.
 *
 * @param world how much data is made
 * @param model sizes of the base model
 * @param judge sizes of the reward model, which begins fresh
 * @param vocabSize tokens of its tokenizer at most
 * @param stages how it is trained
 */
public record Scale(
    TinyWorld.Amount world,
    NewModel.Sizes model,
    NewModel.Sizes judge,
    int vocabSize,
    Stages stages) {

  /**
   * The trainings.
   *
   * @param base of the base model on plain text
   * @param fineTuning of that on questions
   * @param reward of the reward model on pairs
   * @param rejection of the fine-tuned model on those of its own answers that are right
   * @param dpo of the fine-tuned model on pairs
   * @param a2c of the fine-tuned model on its own answers as it gives them
   */
  public record Stages(
      Stage base, Stage fineTuning, Stage reward, Stage rejection, Stage dpo, Stage a2c) {}

  /**
   * One training.
   *
   * @param steps optimizer steps
   * @param batchSize packed rows of each; of rejection sampling and A2C, answers
   * @param maxLength tokens of a row
   * @param learningRate the highest
   */
  public record Stage(long steps, int batchSize, int maxLength, double learningRate) {}

  /** About six hundred thousand parameters; less than five minutes on two cores. */
  public static Scale normal() {
    return new Scale(
        new TinyWorld.Amount(EnumSet.allOf(TaskKind.class), 600, 30),
        new NewModel.Sizes(2, 128, 4, 4, 512, 128, true),
        new NewModel.Sizes(2, 64, 4, 4, 128, 128, true),
        700,
        new Stages(
            new Stage(600, 8, 128, 3e-3),
            new Stage(85, 8, 128, 1e-3),
            new Stage(300, 16, 64, 3e-3),
            new Stage(150, 64, 128, 1e-3),
            new Stage(100, 8, 128, 1e-3),
            new Stage(150, 128, 128, 5e-4)));
  }
}
