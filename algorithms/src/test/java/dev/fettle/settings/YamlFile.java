package dev.fettle.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads a table's settings from a file, beside which there are {@code there/} and {@code file.txt}.
 *
 * @param dir where the file is
 */
record YamlFile(Path dir) {

  static YamlFile in(Path dir) throws IOException {
    Files.createDirectories(dir.resolve("there"));
    Files.writeString(dir.resolve("file.txt"), "x");
    return new YamlFile(dir);
  }

  <S> S read(Keys<S> keys, String yaml) {
    try {
      Path file = Files.writeString(dir.resolve("my.yaml"), yaml);
      return new SettingsReader<>(keys).file(file, List.of(), Map.of());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  List<String> problems(Keys<?> keys, String yaml) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(keys, yaml));
    assertThat(e).as("a problem is found in " + yaml).isNotNull();
    return e.problems().stream().map(p -> p.toString().replace(dir + "/", "")).toList();
  }
}
