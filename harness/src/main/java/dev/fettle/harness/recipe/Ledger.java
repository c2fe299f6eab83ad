package dev.fettle.harness.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code recipe.json}: from which models of earlier stages each stage was made. A stage whose
 * earlier one has been trained anew is never taken for finished.
 */
final class Ledger {
  static final String FILE = "recipe.json";

  private static final int FORMAT = 1;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * What is in the file.
   *
   * @param stages by their names; of each the stages it was made from and the identities of their
   *     models
   */
  private record Content(int format, Map<String, Map<String, String>> stages) {}

  private final Path file;

  /** Of a recipe's directory. */
  Ledger(Path directory) {
    this.file = directory.resolve(FILE);
  }

  /** The models a stage was made from; empty where nobody wrote it down. */
  Optional<Map<String, String>> from(String stage) {
    return Optional.ofNullable(read().stages().get(stage));
  }

  /** Writes down from which models a stage is made, before it begins. */
  void begin(String stage, Map<String, String> from) {
    Map<String, Map<String, String>> all = new LinkedHashMap<>(read().stages());
    all.put(stage, from);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      String text =
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(new Content(FORMAT, all));
      AtomicFile.write(file, text + "\n");
    } catch (IOException e) {
      throw ConfigException.about(
          "run.out",
          file + " cannot be written: " + FileErrors.reason(e) + "; choose another directory");
    }
  }

  private Content read() {
    if (!Files.exists(file)) {
      return new Content(FORMAT, Map.of());
    }
    try {
      Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
      if (content != null && content.format() == FORMAT && content.stages() != null) {
        return content;
      }
      throw damaged();
    } catch (JsonProcessingException e) {
      throw damaged();
    } catch (IOException e) {
      throw ConfigException.about("run.out", file + " cannot be read: " + FileErrors.reason(e));
    }
  }

  private ConfigException damaged() {
    return ConfigException.about(
        "run.name",
        file
            + " is damaged: it says from which models stages were made; delete it and the"
            + " directories of all stages that refer to others");
  }
}
