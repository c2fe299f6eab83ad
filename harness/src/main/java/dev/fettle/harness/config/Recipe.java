package dev.fettle.harness.config;

import dev.fettle.settings.AlgorithmKeys;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.Nearest;
import dev.fettle.settings.StageUse;
import dev.fettle.settings.Stages;
import dev.fettle.settings.StagesReader;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Several runs, one after the other, each of which may start from what earlier ones made. Read one
 * with {@link RecipeReader}, or make one in code:
 *
 * <pre>{@code
 * Recipe recipe = Recipe.builder()
 *     .set("run.name", "answers")
 *     .set("stages.sft.model.path", modelDirectory)
 *     .set("stages.sft.data.train", rows)
 *     .set("stages.reward.model.path", "stage:sft")
 *     .set("stages.reward.algorithm.type", "reward")
 *     .set("stages.reward.data.train", pairs)
 *     .build();
 * }</pre>
 *
 * <p>What is set without a stage holds for all of them, unless a stage says otherwise;
 * docs/recipes.md has the rules.
 */
public final class Recipe {
  private final RunSettings run;
  private final Map<String, Stages.Stage<RunConfig>> stages;

  Recipe(Stages.Read<RunConfig, RunSettings> read) {
    this.run = read.head();
    this.stages = read.stages();
  }

  /** Its name, which is that of its directory. */
  public String name() {
    return run.name();
  }

  /** Everything its stages write is in here, of each in a directory of its name. */
  public Path directory() {
    return run.directory();
  }

  /** The names of the stages, in the order in which they run. */
  public List<String> stages() {
    return List.copyOf(stages.keySet());
  }

  /**
   * What the run of a stage is told. Directories that earlier stages make may not be there yet.
   *
   * @throws ConfigException if there is no such stage
   */
  public RunConfig config(String stage) {
    return stage(stage).settings();
  }

  /**
   * The same, once all that it refers to is there.
   *
   * @throws ConfigException if something is not, or there is no such stage
   */
  public RunConfig settled(String stage) {
    return stage(stage).settled();
  }

  /** The keys of a stage that refer to earlier ones. */
  public List<StageUse> uses(String stage) {
    return stage(stage).uses();
  }

  /** The earlier stages that a stage refers to, in their order. */
  public List<String> needs(String stage) {
    List<StageUse> uses = uses(stage);
    return stages().stream().filter(s -> uses.stream().anyMatch(u -> u.stage().equals(s))).toList();
  }

  private Stages.Stage<RunConfig> stage(String name) {
    return Optional.ofNullable(stages.get(name))
        .orElseThrow(
            () ->
                ConfigException.about(
                    Stages.KEY,
                    "there is no stage '"
                        + name
                        + "'"
                        + Nearest.to(name, stages.keySet())
                            .map(n -> "; did you mean '" + n + "'?")
                            .orElseGet(() -> "; there is " + String.join(", ", stages.keySet()))));
  }

  /** Collects settings of a recipe, whose algorithms are known without being told. */
  public static Builder builder() {
    return builder(KnownAlgorithms.all());
  }

  /** Collects settings of a recipe with these algorithms. */
  public static Builder builder(Collection<? extends AlgorithmKeys> algorithms) {
    return new Builder(algorithms);
  }

  /** Settings by key. */
  public static final class Builder {
    private final Map<String, Object> settings = new LinkedHashMap<>();
    private final Collection<? extends AlgorithmKeys> algorithms;

    private Builder(Collection<? extends AlgorithmKeys> algorithms) {
      this.algorithms = algorithms;
    }

    /**
     * Sets one key, or a whole section; the stages run in the order in which they are first named.
     *
     * @param key as in {@code stages.sft.train.steps}, or {@code optimizer.learningRate} of all
     *     stages
     * @param value as {@link RunConfig.Builder#set} takes it; a text such as {@code stage:sft}
     *     stands for what an earlier stage made
     */
    public Builder set(String key, @Nullable Object value) {
      settings.keySet().removeIf(k -> k.equals(key) || k.startsWith(key + "."));
      Object given = value instanceof Optional<?> optional ? optional.orElse(null) : value;
      if (given != null) {
        settings.put(key, given);
      }
      return this;
    }

    /**
     * The recipe.
     *
     * @throws ConfigException with everything that is wrong in any stage
     */
    public Recipe build() {
      return new Recipe(new StagesReader<>(RecipeTable.of(algorithms)).values(settings));
    }
  }
}
