package dev.fettle.settings;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How the stages of a recipe are read: each is what one run is told, and all share what stands
 * beside {@code stages}.
 *
 * @param each the table of one stage's settings
 * @param place where the stages are kept
 * @param fits what is wrong with a stage that refers to an earlier one
 * @param <S> the settings of a stage
 * @param <H> the section that says where the stages are kept
 */
public record Stages<S, H>(Keys<S> each, Place<H> place, Fit<S> fits) {
  /** The section whose keys are the names of the stages. */
  public static final String KEY = "stages";

  /**
   * Where stages are kept.
   *
   * @param section its name, as in {@code run}
   * @param keys its table
   * @param settings what each stage's section says in place of its own words: by their names in the
   *     section, which no stage may give itself
   * @param directory of a stage
   * @param finished the model a stage leaves in its directory
   */
  public record Place<H>(
      String section,
      Keys<H> keys,
      BiFunction<H, String, Map<String, Object>> settings,
      BiFunction<H, String, Path> directory,
      Function<Path, Path> finished) {}

  /** Whether what a stage makes is what another wants. */
  @FunctionalInterface
  public interface Fit<S> {
    /** What is wrong, and what to do; empty where nothing is. */
    Optional<String> problem(StageUse use, S user, S used);
  }

  /**
   * What was read.
   *
   * @param head the section that says where stages are kept
   * @param stages by their names, in their order
   */
  public record Read<S, H>(H head, Map<String, Stage<S>> stages) {
    /** Copies the map. */
    public Read {
      stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
    }
  }

  /** One stage. */
  public static final class Stage<S> {
    private final S settings;
    private final List<StageUse> uses;
    private final Supplier<S> again;

    Stage(S settings, List<StageUse> uses, Supplier<S> again) {
      this.settings = settings;
      this.uses = List.copyOf(uses);
      this.again = again;
    }

    /** As they are before earlier stages are finished: what these make may not be there yet. */
    public S settings() {
      return settings;
    }

    /** The keys that refer to earlier stages. */
    public List<StageUse> uses() {
      return uses;
    }

    /**
     * The settings when all it refers to is there.
     *
     * @throws ConfigException where something is not
     */
    public S settled() {
      return again.get();
    }
  }

  /** The key itself, for the documentation. */
  public static Keys<?> documented() {
    return Keys.of(Written.class, StagesKind.key());
  }

  /** The section as it is written. */
  record Written(Map<String, ConfigTree.Branch> stages) {
    Written {
      stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
    }
  }
}
