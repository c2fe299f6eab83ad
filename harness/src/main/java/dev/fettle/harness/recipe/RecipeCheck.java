package dev.fettle.harness.recipe;

import dev.fettle.harness.config.Recipe;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.wiring.Backends;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.Rewards;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.ConfigProblem;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What can be known of all stages before the first is trained, beside what their settings say: a
 * backend that is not there, an algorithm or a reward function nobody knows. What depends on models
 * that earlier stages make is known when they are there.
 */
final class RecipeCheck {
  private final Recipe recipe;
  private final RunOptions options;
  private final List<ConfigProblem> problems = new ArrayList<>();

  private RecipeCheck(Recipe recipe, RunOptions options) {
    this.recipe = recipe;
    this.options = options;
  }

  /**
   * Looks at every stage.
   *
   * @throws ConfigException with everything that is wrong
   */
  static void of(Recipe recipe, RunOptions options) {
    RecipeCheck check = new RecipeCheck(recipe, options);
    recipe.stages().forEach(check::stage);
    if (!check.problems.isEmpty()) {
      throw new ConfigException(check.problems);
    }
  }

  private void stage(String name) {
    RunConfig config = recipe.config(name);
    collect(name, () -> Backends.discover().provider(config.backend().id()));
    collect(name, () -> options.algorithms().of(config.algorithm()));
    for (RewardEntry entry : entries(config.algorithm())) {
      if (entry.model().isEmpty()) {
        collect(name, () -> function(options.rewards(), entry));
      }
    }
  }

  private static void function(Rewards rewards, RewardEntry entry) {
    try {
      rewards.function(entry);
    } catch (ConfigException e) {
      throw ConfigException.about("algorithm.reward", e.problems().get(0).message());
    }
  }

  private void collect(String stage, Runnable check) {
    try {
      check.run();
    } catch (ConfigException e) {
      for (ConfigProblem p : e.problems()) {
        String key = "stages." + stage + (p.key().isEmpty() ? "" : "." + p.key());
        problems.add(new ConfigProblem(p.place(), key, p.message()));
      }
    }
  }

  /** Whatever settings hold that says what an answer is worth: every algorithm has its own keys. */
  private static List<RewardEntry> entries(Object settings) {
    List<RewardEntry> entries = new ArrayList<>();
    gather(settings, entries);
    return entries;
  }

  private static void gather(Object value, List<RewardEntry> to) {
    if (value instanceof RewardEntry entry) {
      to.add(entry);
    } else if (value instanceof Optional<?> optional) {
      optional.ifPresent(v -> gather(v, to));
    } else if (value instanceof Collection<?> several) {
      several.forEach(v -> gather(v, to));
    } else if (value instanceof Record record) {
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        gather(read(component, record), to);
      }
    }
  }

  private static Object read(RecordComponent component, Record record) {
    try {
      component.getAccessor().setAccessible(true);
      Object value = component.getAccessor().invoke(record);
      return value == null ? Optional.empty() : value;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return Optional.empty();
    }
  }
}
