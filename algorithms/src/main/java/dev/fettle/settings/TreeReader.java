package dev.fettle.settings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/** Turns YAML or JSON into a tree that knows the place of each key. */
final class TreeReader {
  private final JsonParser parser;
  private final Function<JsonLocation, Place> places;
  private final Problems problems;

  private TreeReader(JsonParser parser, Function<JsonLocation, Place> places, Problems problems) {
    this.parser = parser;
    this.places = places;
    this.problems = problems;
  }

  /**
   * The sections of a file; a file of nothing has none.
   *
   * @throws ConfigException at once if the file is not YAML or JSON: nothing after that place is
   *     known
   */
  static ConfigTree.Branch file(Path file, String text, Problems problems) {
    boolean json = file.toString().endsWith(".json");
    JsonFactory factory = json ? new JsonFactory() : new YAMLFactory();
    Place top = new Place.Line(file, 1);
    ConfigTree tree =
        read(factory, text, at -> new Place.Line(file, at.getLineNr()), top, problems);
    if (tree instanceof ConfigTree.Branch branch) {
      return branch;
    }
    boolean empty = tree instanceof ConfigTree.Leaf leaf && leaf.value() == null;
    if (problems.isEmpty() && !empty) {
      problems.add(
          top, "", "expected sections such as 'model:' and 'data:', got " + tree.describe());
    }
    problems.throwIfAny();
    return ConfigTree.Branch.empty(top);
  }

  /** The value of an override, which is YAML: {@code 3}, {@code text}, {@code [a, b]}. */
  static ConfigTree value(String text, Place place, Problems problems) {
    return read(new YAMLFactory(), text, at -> place, place, problems);
  }

  private static ConfigTree read(
      JsonFactory factory,
      String text,
      Function<JsonLocation, Place> places,
      Place top,
      Problems problems) {
    try (JsonParser parser = factory.createParser(text)) {
      TreeReader reader = new TreeReader(parser, places, problems);
      if (parser.nextToken() == null) {
        return ConfigTree.Leaf.nothing(top);
      }
      ConfigTree tree = reader.tree("");
      if (parser.nextToken() != null) {
        problems.add(
            places.apply(parser.currentTokenLocation()), "", "a second document begins; keep one");
      }
      return tree;
    } catch (JsonProcessingException e) {
      Place place = e.getLocation() == null ? top : places.apply(e.getLocation());
      problems.add(place, "", "not valid " + factory.getFormatName() + ": " + fault(e));
      return ConfigTree.Leaf.nothing(top);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory cannot fail", e);
    }
  }

  /** What the parser found wrong, without the excerpt it adds. */
  private static String fault(JsonProcessingException e) {
    List<String> lines =
        String.valueOf(e.getOriginalMessage())
            .lines()
            .map(String::strip)
            .filter(l -> !l.startsWith("in "))
            .toList();
    return FileErrors.parserFault(lines.isEmpty() ? "" : lines.get(0));
  }

  private ConfigTree tree(String path) throws IOException {
    Place place = places.apply(parser.currentTokenLocation());
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> branch(place, path);
      case START_ARRAY -> {
        List<ConfigTree> items = new ArrayList<>();
        while (next() != JsonToken.END_ARRAY) {
          items.add(tree(path));
        }
        yield new ConfigTree.Items(place, List.copyOf(items));
      }
      case VALUE_TRUE -> leaf(place, true);
      case VALUE_FALSE -> leaf(place, false);
      case VALUE_NULL -> ConfigTree.Leaf.nothing(place);
      case VALUE_NUMBER_INT -> leaf(place, whole());
      case VALUE_NUMBER_FLOAT -> leaf(place, parser.getDoubleValue());
      default -> text(place, path);
    };
  }

  private JsonToken next() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw new JsonParseException(parser, "it ends too early");
    }
    return token;
  }

  private ConfigTree leaf(Place place, Object value) throws IOException {
    return new ConfigTree.Leaf(place, value, parser.getText());
  }

  private ConfigTree text(Place place, String path) throws IOException {
    String text = parser.getText();
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      problems.add(place, path, "is *" + text + "; aliases are not read, write the value itself");
    }
    return new ConfigTree.Leaf(place, text, text);
  }

  private Object whole() throws IOException {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? (Object) parser.getText()
        : (Object) parser.getLongValue();
  }

  private ConfigTree branch(Place place, String path) throws IOException {
    LinkedHashMap<String, ConfigTree> entries = new LinkedHashMap<>();
    while (next() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Place at = places.apply(parser.currentTokenLocation());
      next();
      String full = Problems.join(path, name);
      // A setting's place is that of its key.
      ConfigTree before = entries.put(name, tree(full).at(at));
      if (before != null) {
        problems.add(at, full, "given twice; the first is at " + before.place() + ", keep one");
      }
    }
    return new ConfigTree.Branch(place, entries);
  }
}
