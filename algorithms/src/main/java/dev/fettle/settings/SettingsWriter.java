package dev.fettle.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.util.Map;

/**
 * Writes settings by their table: every one there is, defaults included and paths absolute.
 *
 * @param <S> the record that is written
 */
public final class SettingsWriter<S> {
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
              .build());

  private final Keys<S> keys;

  /** Writes by this table. */
  public SettingsWriter(Keys<S> keys) {
    this.keys = keys;
  }

  /** As YAML, which {@link SettingsReader} reads as the same settings. */
  public String yaml(S settings) {
    try {
      return YAML.writeValueAsString(CodeTree.nested(values(settings)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("settings are plain values", e);
    }
  }

  /** By their paths, in the order of the documentation; absent ones are left out. */
  public Map<String, Object> values(S settings) {
    return keys.flat(settings);
  }
}
