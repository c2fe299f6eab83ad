package dev.fettle.harness.feedback;

import dev.fettle.feedback.job.LabelOptions;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that {@code fettle feedback label} is told.
 *
 * @param source rows, rules and where to write
 * @param judge who judges
 * @param label how answers become pairs
 */
public record LabelConfig(FeedbackSource source, JudgeSettings judge, LabelOptions label) {

  /** Its keys. */
  public static final Keys<LabelConfig> KEYS =
      Keys.of(
          LabelConfig.class,
          Keys.inline("source", FeedbackSource.keys(2)),
          Key.section("judge", JudgeSettings.KEYS, "who judges"),
          Key.section("label", LabelOptions.KEYS, "how answers become pairs"));

  /**
   * Reads a file of YAML or JSON.
   *
   * @param overrides settings that go before the file's, as in {@code label.by=score}
   * @throws dev.fettle.settings.ConfigException with everything that is wrong
   */
  public static LabelConfig read(Path file, List<String> overrides) {
    return new SettingsReader<>(KEYS).file(file, overrides, Map.of());
  }
}
