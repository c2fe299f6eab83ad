package dev.fettle.harness.feedback;

import dev.fettle.feedback.job.ReviseOptions;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that {@code fettle feedback revise} is told.
 *
 * @param source rows, rules and where to write
 * @param writer who criticises and revises
 * @param revise how answers are revised
 */
public record ReviseConfig(FeedbackSource source, RespondentSettings writer, ReviseOptions revise) {

  /** Its keys. */
  public static final Keys<ReviseConfig> KEYS =
      Keys.of(
          ReviseConfig.class,
          Keys.inline("source", FeedbackSource.keys(1)),
          Key.section("writer", RespondentSettings.KEYS, "who criticises and revises"),
          Key.section("revise", ReviseOptions.KEYS, "how answers are revised"));

  /**
   * Reads a file of YAML or JSON.
   *
   * @param overrides settings that go before the file's, as in {@code revise.rounds=1}
   * @throws dev.fettle.settings.ConfigException with everything that is wrong
   */
  public static ReviseConfig read(Path file, List<String> overrides) {
    return new SettingsReader<>(KEYS).file(file, overrides, Map.of());
  }
}
