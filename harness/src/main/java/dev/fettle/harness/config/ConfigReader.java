package dev.fettle.harness.config;

import dev.fettle.harness.config.ConfigTree.Items;
import dev.fettle.harness.config.ConfigTree.Keys;
import dev.fettle.harness.config.ConfigTree.Leaf;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a {@link RunConfig} from YAML, from JSON (a file named {@code .json}), or from settings
 * made in code. Finds everything that is wrong before it complains.
 */
public final class ConfigReader {
  private ConfigReader() {}

  /** Reads a file as it is. */
  public static RunConfig read(Path file) {
    return read(file, List.of());
  }

  /**
   * Reads a file.
   *
   * @param overrides settings that go before the file's, as in {@code train.steps=100}; the value
   *     is YAML
   * @throws ConfigException with everything that is wrong
   */
  public static RunConfig read(Path file, List<String> overrides) {
    Problems problems = new Problems();
    Keys root = TreeReader.file(file, text(file), problems);
    Overrides.apply(root, overrides, problems);
    Path absolute = file.toAbsolutePath();
    Path base = absolute.getParent() == null ? absolute : absolute.getParent();
    return run(root, new Section.Context(problems, base), nameOf(file));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
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

  private static String nameOf(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  /**
   * Reads settings by key; relative paths are relative to the working directory.
   *
   * @throws ConfigException with everything that is wrong
   */
  static RunConfig of(Map<String, ?> settings) {
    Problems problems = new Problems();
    Place place = new Place.Code();
    Keys root = new Keys(place, new LinkedHashMap<>());
    settings.forEach((key, value) -> Overrides.put(root, key, tree(value, place), problems));
    return run(root, new Section.Context(problems, Path.of("").toAbsolutePath()), "run");
  }

  private static ConfigTree tree(Object value, Place place) {
    if (value instanceof List<?> list) {
      return new Items(place, list.stream().map(item -> tree(item, place)).toList());
    }
    if (value instanceof Map<?, ?> map) {
      LinkedHashMap<String, ConfigTree> entries = new LinkedHashMap<>();
      map.forEach((k, v) -> entries.put(String.valueOf(k), tree(String.valueOf(v), place)));
      return new Keys(place, entries);
    }
    if (value instanceof Float || value instanceof Double) {
      return new Leaf(place, ((Number) value).doubleValue());
    }
    if (value instanceof Number number) {
      return new Leaf(place, number.longValue());
    }
    return new Leaf(place, value instanceof Boolean ? value : value.toString());
  }

  private static RunConfig run(Keys root, Section.Context context, String name) {
    Section all = new Section(context, "", root);
    RunConfig config = new Sections(all).read(name);
    all.done();
    context.problems().throwIfAny();
    return config;
  }
}
