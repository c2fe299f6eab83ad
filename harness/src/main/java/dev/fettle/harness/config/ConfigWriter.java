package dev.fettle.harness.config;

import dev.fettle.settings.SettingsWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Writes a configuration with every setting it has, defaults included and paths absolute, so that
 * the same run can be made from it anywhere on this machine.
 */
public final class ConfigWriter {
  private ConfigWriter() {}

  /** As YAML. */
  public static String yaml(RunConfig config) {
    return writer(config).yaml(config);
  }

  /** What one configuration has otherwise than another, as in {@code train.steps 100 -> 200}. */
  public static List<String> differences(RunConfig before, RunConfig after) {
    Map<String, Object> old = values(before);
    Map<String, Object> now = values(after);
    Set<String> keys = new LinkedHashSet<>(old.keySet());
    keys.addAll(now.keySet());
    return keys.stream()
        .filter(k -> !Objects.equals(old.get(k), now.get(k)))
        .map(
            k -> k + " " + old.getOrDefault(k, "(unset)") + " -> " + now.getOrDefault(k, "(unset)"))
        .toList();
  }

  /** Every setting by its key, in the order of the documentation; absent ones left out. */
  static Map<String, Object> values(RunConfig config) {
    return writer(config).values(config);
  }

  /** Whatever its algorithm is, the settings know their keys. */
  private static SettingsWriter<RunConfig> writer(RunConfig config) {
    return new SettingsWriter<>(RunTable.of(List.of(config.algorithm())));
  }
}
