package dev.fettle.example.plain;

import dev.fettle.harness.FettleRecipe;
import dev.fettle.harness.config.Recipe;
import dev.fettle.harness.recipe.RecipeReport;
import dev.fettle.harness.run.RunOptions;
import java.nio.file.Path;

/** Fine-tunes a model, and makes a reward model of what came out. */
public final class TwoStages {
  private final Recipe recipe;

  /**
   * Both stages, not begun.
   *
   * @param model a Hugging Face directory
   * @param rows a file of conversations
   * @param pairs a file of pairs of answers
   * @param out where the stages are kept, below the recipe's name
   */
  public TwoStages(Path model, Path rows, Path pairs, Path out) {
    // docs:begin recipe
    recipe =
        Recipe.builder()
            .set("run.name", "judged")
            .set("run.out", out)
            .set("backend.id", "onnxruntime")
            .set("data.chatTemplate", "chatml")
            .set("data.maxLength", 64)
            .set("optimizer.learningRate", 5e-3)
            .set("train.steps", 20)
            .set("train.batchSize", 4)
            .set("stages.sft.model.path", model)
            .set("stages.sft.data.train", rows)
            .set("stages.reward.model.path", "stage:sft")
            .set("stages.reward.algorithm.type", "reward")
            .set("stages.reward.data.train", pairs)
            .build();
    // docs:end
  }

  /** Trains what is not trained yet; called again after a stop it goes on. */
  public RecipeReport train() {
    // docs:begin recipe-train
    try (FettleRecipe fettle = FettleRecipe.open(recipe, RunOptions.quiet())) {
      RecipeReport report = fettle.resume();
      report
          .stages()
          .forEach(s -> System.out.printf("%s: %s, loss %.4f%n", s.name(), s.outcome(), s.loss()));
      return report;
    }
    // docs:end
  }
}
