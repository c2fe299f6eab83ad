package dev.fettle.harness.config;

import dev.fettle.settings.AlgorithmKeys;
import dev.fettle.settings.StageUse;
import dev.fettle.settings.Stages;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** How the stages of a recipe are read and kept. */
final class RecipeTable {
  private static final String FINAL = "final";

  private RecipeTable() {}

  /** Where a stage may have one of these algorithms. */
  static Stages<RunConfig, RunSettings> of(Collection<? extends AlgorithmKeys> algorithms) {
    Stages.Place<RunSettings> place =
        new Stages.Place<>(
            "run",
            RunSettings.KEYS,
            (run, stage) -> Map.of("name", stage, "out", run.directory().toString()),
            (run, stage) -> run.directory().resolve(stage),
            directory -> directory.resolve(FINAL));
    return new Stages<>(RunTable.of(algorithms), place, RecipeTable::misfit);
  }

  /** What is wrong with a model for what it is wanted for; a checkpoint is of its stage's kind. */
  private static Optional<String> misfit(StageUse use, RunConfig user, RunConfig used) {
    if (!use.finished() && use.inside().filter(p -> p.startsWith("checkpoints/")).isEmpty()) {
      return Optional.empty();
    }
    boolean adapter = used.model().adapter().isPresent();
    boolean reward = used.algorithm().trainsReward();
    String is = "is of stage '" + use.stage() + "', which ";
    return Optional.ofNullable(
        switch (use.as()) {
          case MODEL ->
              adapter
                  ? is + "trains an adapter, and a whole model is wanted; " + instead(use)
                  : reward && !user.algorithm().trainsReward()
                      ? is
                          + "trains a reward model: it gives numbers, no texts; name the stage it"
                          + " began from"
                      : null;
          case ADAPTER ->
              adapter
                  ? null
                  : is + "trains whole weights, and an adapter is wanted; name it as model.path";
          case REWARD_MODEL ->
              reward
                  ? null
                  : is
                      + "trains no reward model: its algorithm is "
                      + used.algorithm().type()
                      + "; name a stage with algorithm: { type: reward }";
          case ANYTHING -> null;
        });
  }

  private static String instead(StageUse use) {
    return use.key().equals("model.path")
        ? "give the model that one begins from as model.path, and stage:"
            + use.stage()
            + " as model.adapter.path"
        : "merge it first (fettle merge), and name the directory";
  }
}
