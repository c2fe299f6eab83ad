package dev.fettle.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings by their table from YAML, from JSON (a file named {@code .json}), or from values
 * of a program. Finds everything that is wrong before it complains.
 *
 * @param <S> the record that is read
 */
public final class SettingsReader<S> {
  /** More is no configuration. */
  private static final int LARGEST = 1 << 22;

  private final Keys<S> keys;

  /** Reads by this table. */
  public SettingsReader(Keys<S> keys) {
    this.keys = keys;
  }

  /**
   * Reads a file.
   *
   * @param overrides settings that go before the file's, as in {@code train.steps=100}; the value
   *     is YAML
   * @param fallbacks settings that count where neither says anything, by their paths
   * @throws ConfigException with everything that is wrong
   */
  public S file(Path file, List<String> overrides, Map<String, ?> fallbacks) {
    Problems problems = new Problems(new Glossary(keys));
    ConfigTree.Branch root = TreeReader.file(file, text(file), problems);
    Overrides.apply(root, overrides, problems);
    Place top = new Place.Line(file, 1);
    fallbacks.forEach(
        (path, value) -> Overrides.putIfAbsent(root, path, CodeTree.of(value, top), problems));
    Path absolute = file.toAbsolutePath();
    return read(root, problems, absolute.getParent() == null ? absolute : absolute.getParent());
  }

  /**
   * Reads the text of a file that lies elsewhere than on the disk, as in a jar.
   *
   * @param name by which messages know it; relative paths are relative to the working directory
   * @throws ConfigException with everything that is wrong
   */
  public S text(Path name, String text) {
    Problems problems = new Problems(new Glossary(keys));
    return read(TreeReader.file(name, text, problems), problems, Path.of("").toAbsolutePath());
  }

  /**
   * Reads settings of a program by their paths; relative ones are relative to the working
   * directory. An enum's constant, a path or an Optional stand for what they would be in a file,
   * and so does the record of a section.
   *
   * @param settings from {@code train.steps} to 100; later ones go before earlier ones
   * @throws ConfigException with everything that is wrong
   */
  public S values(Map<String, ? extends @Nullable Object> settings) {
    Problems problems = new Problems(new Glossary(keys));
    Place place = new Place.Code(keys.type().getSimpleName());
    ConfigTree.Branch root = ConfigTree.Branch.empty(place);
    settings.forEach(
        (path, value) -> Overrides.put(root, path, CodeTree.of(value, place), problems));
    return read(root, problems, Path.of("").toAbsolutePath());
  }

  /**
   * Reads settings of a command line alone; what they do not name has its default.
   *
   * @param overrides as in {@code train.steps=100}; the value is YAML
   * @throws ConfigException with everything that is wrong
   */
  public S overrides(List<String> overrides) {
    Problems problems = new Problems(new Glossary(keys));
    ConfigTree.Branch root = ConfigTree.Branch.empty(new Place.Code(keys.type().getSimpleName()));
    Overrides.apply(root, overrides, problems);
    return read(root, problems, Path.of("").toAbsolutePath());
  }

  /**
   * Reads settings of one key from an option on a command line; relative paths are relative to the
   * working directory.
   *
   * @param option as the user wrote it, as in {@code --reward}
   * @param key that it gives
   * @param texts what was given, once or several times; each is YAML, and several are a list
   * @throws ConfigException with everything that is wrong
   */
  public S option(String option, String key, List<String> texts) {
    Problems problems = new Problems(new Glossary(keys));
    Place first = new Place.Argument(option, texts.isEmpty() ? "" : texts.get(0));
    List<ConfigTree> items = new ArrayList<>();
    for (String text : texts) {
      Place place = new Place.Argument(option, text);
      ConfigTree tree = TreeReader.value(text, place, problems).at(place);
      if (tree instanceof ConfigTree.Items several) {
        items.addAll(several.items());
      } else {
        items.add(tree);
      }
    }
    problems.throwIfAny();
    ConfigTree.Branch root = ConfigTree.Branch.empty(first);
    root.entries().put(key, items.size() == 1 ? items.get(0) : new ConfigTree.Items(first, items));
    return read(root, problems, Path.of("").toAbsolutePath());
  }

  private S read(ConfigTree.Branch root, Problems problems, Path base) {
    Section section = new Section(new Section.Context(problems, base, StagePaths.NONE), "", root);
    S settings = keys.read(section);
    section.done();
    problems.throwIfAny();
    if (settings == null) {
      throw new IllegalStateException("settings are read unless a problem was found");
    }
    return settings;
  }

  /** The text of a file, which is no longer than a configuration can be. */
  static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw ConfigException.at(
            file.toString(), "", "is larger than 4 MiB; a configuration is a small text file");
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw ConfigException.at(file.toString(), "", "is not UTF-8; save the file as UTF-8");
    } catch (IOException e) {
      throw ConfigException.at(file.toString(), "", reason(file));
    }
  }

  private static String reason(Path file) {
    if (Files.isDirectory(file)) {
      return "is a directory; give the config file in it";
    }
    return Files.exists(file)
        ? "cannot be read; check its permissions"
        : "no such file" + Siblings.like(file.toAbsolutePath());
  }
}
