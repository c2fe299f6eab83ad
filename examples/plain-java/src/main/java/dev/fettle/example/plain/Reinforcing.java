package dev.fettle.example.plain;

import dev.fettle.algorithm.rl.RolloutRow;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.Rewards;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Trains a model by what a function of the application's own says of its answers. */
public final class Reinforcing {
  private Reinforcing() {}

  /**
   * A run of A2C.
   *
   * @param model a Hugging Face directory
   * @param prompts rows of prompts; answers in them are ignored
   * @param out where the run is kept, below its name
   */
  public static RunConfig config(Path model, Path prompts, Path out) {
    // docs:begin rl-config
    RunConfig config =
        RunConfig.builder()
            .set("run.name", "brief")
            .set("run.out", out)
            .set("backend.id", "onnxruntime")
            .set("model.path", model)
            .set("algorithm.type", "a2c")
            .set("algorithm.reward", "brief")
            .set("algorithm.samplesPerPrompt", 4)
            .set("algorithm.maxNewTokens", 16)
            .set("algorithm.missingEosPenalty", 0.5)
            .set("algorithm.kl", 0.01)
            .set("algorithm.whitenAdvantages", true)
            .set("data.train", prompts)
            .set("data.chatTemplate", "chatml")
            .set("data.maxLength", 64)
            .set("optimizer.learningRate", 3e-3)
            .set("optimizer.schedule.type", "constant")
            .set("train.steps", 25)
            .set("train.batchSize", 16)
            .build();
    // docs:end
    return config;
  }

  /**
   * Trains.
   *
   * @param told of each rollout: its reward, divergence, lengths and timings, by name
   */
  public static TrainingReport train(RunConfig config, Consumer<Map<String, Double>> told) {
    // docs:begin rl-train
    RewardFunction brief = RewardFunction.ofEach(answer -> 1.0 / answer.generation().ids().length);
    RunOptions options =
        RunOptions.quiet()
            .withRewards(Rewards.discover().with("brief", brief))
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent step) {
                    if (!step.found().isEmpty()) {
                      told.accept(step.found());
                    }
                  }
                });
    try (Fettle fettle = Fettle.open(config, options)) {
      return fettle.train();
    }
    // docs:end
  }

  /** The answers of a rollout that were worth the most. */
  public static List<String> best(TrainingReport report, int rollout) {
    // docs:begin rl-rollout
    List<RolloutRow> answers = RolloutRow.read(report.directory().path(), rollout);
    return answers.stream()
        .sorted(Comparator.comparingDouble((RolloutRow a) -> a.worth().reward()).reversed())
        .limit(3)
        .map(RolloutRow::completion)
        .toList();
    // docs:end
  }
}
