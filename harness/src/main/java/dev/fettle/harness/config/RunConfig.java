package dev.fettle.harness.config;

import dev.fettle.settings.AlgorithmSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    AlgorithmSettings algorithm,
    DataSettings data,
    OptimizerSettings optimizer,
    TrainSettings train,
    List<Track> track) {

  /** Copies the list. */
  public RunConfig {
    track = List.copyOf(track);
  }

  /** Collects settings. */
  public static Builder builder() {
    return new Builder(new LinkedHashMap<>());
  }

  /** The same with other settings, checked anew. */
  public Builder toBuilder() {
    return new Builder(ConfigWriter.flat(this));
  }

  /** Settings by key. */
  public static final class Builder {
    private final Map<String, Object> settings;

    private Builder(Map<String, Object> settings) {
      this.settings = settings;
    }

    /**
     * Sets one key.
     *
     * @param key as in {@code train.steps}
     * @param value a text, number, truth value, path, or a list of them
     */
    public Builder set(String key, Object value) {
      settings.put(key, value);
      return this;
    }

    /** Takes back a key; the default counts. */
    public Builder unset(String key) {
      settings.remove(key);
      return this;
    }

    /**
     * The configuration.
     *
     * @throws ConfigException with everything that is wrong
     */
    public RunConfig build() {
      return ConfigReader.of(settings);
    }
  }
}
