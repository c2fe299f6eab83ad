package dev.fettle.harness.config;

import dev.fettle.settings.AlgorithmKeys;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.SettingsReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All a run is told. Read one with {@link ConfigReader}, or make one in code:
 *
 * <pre>{@code
 * RunConfig config = RunConfig.builder()
 *     .set("run.name", "first")
 *     .set("model.path", modelDirectory)
 *     .set("data.train", rows)
 *     .set("train.steps", 100)
 *     .build();
 * }</pre>
 *
 * <p>The names are those of the file, and so are the checks; docs/config.md lists them.
 *
 * @param run section {@code run}
 * @param backend section {@code backend}
 * @param model section {@code model}
 * @param tokenizer section {@code tokenizer}
 * @param algorithm section {@code algorithm}
 * @param data section {@code data}
 * @param optimizer section {@code optimizer}
 * @param train section {@code train}
 * @param track section {@code track}
 */
public record RunConfig(
    RunSettings run,
    BackendSettings backend,
    ModelSettings model,
    TokenizerSettings tokenizer,
    AlgorithmSettings algorithm,
    DataSettings data,
    OptimizerSettings optimizer,
    TrainSettings train,
    List<Track> track) {

  /** Copies the list. */
  public RunConfig {
    track = List.copyOf(track);
  }

  /** Collects settings of a run with an algorithm that is known without being told. */
  public static Builder builder() {
    return builder(KnownAlgorithms.all());
  }

  /** Collects settings of a run with one of these algorithms. */
  public static Builder builder(Collection<? extends AlgorithmKeys> algorithms) {
    return new Builder(new LinkedHashMap<>(), algorithms);
  }

  /** The same with other settings, checked anew. */
  public Builder toBuilder() {
    List<AlgorithmKeys> algorithms = new ArrayList<>(KnownAlgorithms.all());
    algorithms.removeIf(a -> a.type().equals(algorithm.type()));
    algorithms.add(algorithm);
    return new Builder(new LinkedHashMap<>(ConfigWriter.values(this)), algorithms);
  }

  /** Settings by key. */
  public static final class Builder {
    private final Map<String, Object> settings;
    private final Collection<? extends AlgorithmKeys> algorithms;

    private Builder(Map<String, Object> settings, Collection<? extends AlgorithmKeys> algorithms) {
      this.settings = settings;
      this.algorithms = algorithms;
    }

    /**
     * Sets one key, or a whole section.
     *
     * @param key as in {@code train.steps}
     * @param value a text, number, truth value, enum constant or path, or a list of them; for a
     *     section a map or its record; null or an empty Optional take the key back
     */
    public Builder set(String key, @Nullable Object value) {
      // What is set later goes before what was set earlier, whole sections included.
      unset(key);
      Object given = value instanceof Optional<?> optional ? optional.orElse(null) : value;
      if (given != null) {
        settings.put(key, given);
      }
      return this;
    }

    /** Takes back a key, or a whole section; the default counts. */
    public Builder unset(String key) {
      settings.keySet().removeIf(k -> k.equals(key) || k.startsWith(key + "."));
      return this;
    }

    /**
     * The configuration.
     *
     * @throws ConfigException with everything that is wrong
     */
    public RunConfig build() {
      return new SettingsReader<>(RunTable.of(algorithms)).values(settings);
    }
  }
}
