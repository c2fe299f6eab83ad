package dev.fettle.harness.config;

import dev.fettle.harness.config.ConfigTree.Items;
import dev.fettle.harness.config.ConfigTree.Keys;
import dev.fettle.harness.config.ConfigTree.Leaf;
import dev.fettle.settings.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of one section. What is wrong is noted and the default given instead, so that
 * reading goes on and every problem is found. A key set to nothing counts as absent.
 */
final class Section {

  /** What a problem is reported to and paths are relative to. */
  record Context(Problems problems, Path base) {}

  private final Context context;
  private final String path;
  private final Keys keys;
  private final Set<String> asked = new LinkedHashSet<>();

  Section(Context context, String path, Keys keys) {
    this.context = context;
    this.path = path;
    this.keys = keys;
  }

  /** What is written under a key; null if nothing. */
  @Nullable ConfigTree get(String key) {
    asked.add(key);
    context.problems.known(Problems.join(path, key));
    ConfigTree tree = keys.entries().get(key);
    return tree instanceof Leaf leaf && leaf.value() == null ? null : tree;
  }

  boolean has(String key) {
    return get(key) != null;
  }

  /** Reports a problem with a key. */
  void problem(String key, String message) {
    ConfigTree tree = keys.entries().get(key);
    Place place = tree == null ? keys.place() : tree.place();
    context.problems.add(place, Problems.join(path, key), message);
  }

  /** Reports that a key without a default is absent. */
  void missing(String key, String wanted) {
    problem(key, "is missing; give " + wanted);
  }

  private void wrongType(String key, String expected, ConfigTree got) {
    problem(key, "expected " + expected + ", got " + got.describe());
  }

  /** The section below, empty where it is absent. */
  Section section(String key) {
    ConfigTree tree = get(key);
    if (tree instanceof Keys below) {
      return new Section(context, Problems.join(path, key), below);
    }
    if (tree != null) {
      wrongType(key, "a section with keys", tree);
    }
    return new Section(
        context, Problems.join(path, key), new Keys(keys.place(), new LinkedHashMap<>()));
  }

  /** Reports the keys nobody asked for; to be called when the section is read. */
  void done() {
    keys.entries()
        .forEach(
            (name, tree) -> {
              if (!asked.contains(name)) {
                context.problems.unknown(tree.place(), path, name, asked);
              }
            });
  }

  /** A text; numbers and truth values are taken as they would be written. */
  Optional<String> text(String key) {
    ConfigTree tree = get(key);
    if (tree == null) {
      return Optional.empty();
    }
    Optional<String> text = textOf(tree);
    if (text.isEmpty()) {
      wrongType(key, "a text", tree);
    }
    return text;
  }

  private static Optional<String> textOf(ConfigTree tree) {
    return tree instanceof Leaf leaf && leaf.value() != null
        ? Optional.of(leaf.value().toString())
        : Optional.empty();
  }

  boolean flag(String key, boolean otherwise) {
    ConfigTree tree = get(key);
    if (tree == null) {
      return otherwise;
    }
    if (tree instanceof Leaf leaf && leaf.value() instanceof Boolean b) {
      return b;
    }
    wrongType(key, "true or false", tree);
    return otherwise;
  }

  /** A whole number. */
  Optional<Long> whole(String key, Range range) {
    ConfigTree tree = get(key);
    if (tree == null) {
      return Optional.empty();
    }
    Double value = numberOf(tree);
    if (value == null || value != Math.rint(value) || Math.abs(value) > 1L << 53) {
      wrongType(key, range.of("a whole number"), tree);
      return Optional.empty();
    }
    return inRange(key, value, range, "a whole number", tree).map(Double::longValue);
  }

  /** A whole number that fits an int. */
  Optional<Integer> size(String key, Range range) {
    Optional<Long> value = whole(key, range);
    if (value.isPresent() && value.get() > Integer.MAX_VALUE) {
      problem(key, value.get() + " is too large; at most " + Integer.MAX_VALUE);
      return Optional.empty();
    }
    return value.map(Long::intValue);
  }

  Optional<Double> number(String key, Range range) {
    ConfigTree tree = get(key);
    if (tree == null) {
      return Optional.empty();
    }
    Double value = numberOf(tree);
    if (value == null) {
      wrongType(key, range.of("a number"), tree);
      return Optional.empty();
    }
    return inRange(key, value, range, "a number", tree);
  }

  private Optional<Double> inRange(
      String key, double value, Range range, String noun, ConfigTree tree) {
    if (!range.holds(value)) {
      problem(key, "is " + tree.describe() + "; it must be " + range.of(noun));
      return Optional.empty();
    }
    return Optional.of(value);
  }

  /** YAML 1.1 reads 1e-6 as text, since it has no point. */
  private static @Nullable Double numberOf(ConfigTree tree) {
    if (!(tree instanceof Leaf leaf)) {
      return null;
    }
    try {
      double value =
          leaf.value() instanceof Number n
              ? n.doubleValue()
              : leaf.value() instanceof String s ? Double.parseDouble(s) : Double.NaN;
      return Double.isFinite(value) ? value : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Numbers, exactly so many. */
  Optional<List<Double>> numbers(String key, int count, Range range) {
    ConfigTree tree = get(key);
    if (tree == null) {
      return Optional.empty();
    }
    List<Double> values = new ArrayList<>();
    if (tree instanceof Items list && list.items().size() == count) {
      for (ConfigTree item : list.items()) {
        Double value = numberOf(item);
        if (value != null && range.holds(value)) {
          values.add(value);
        }
      }
    }
    if (values.size() != count) {
      wrongType(key, "a list of " + count + " numbers, each " + range.of("").substring(2), tree);
      return Optional.empty();
    }
    return Optional.of(values);
  }

  /** One of several names. */
  <T> Optional<T> choice(String key, Map<String, T> choices) {
    ConfigTree tree = get(key);
    if (tree == null) {
      return Optional.empty();
    }
    Optional<T> chosen = textOf(tree).flatMap(t -> Optional.ofNullable(choices.get(t)));
    if (chosen.isEmpty()) {
      problem(key, notAmong(tree, choices.keySet()));
    }
    return chosen;
  }

  /** Several of several names, as a list or one alone. */
  <T> Optional<List<T>> choices(String key, Map<String, T> choices) {
    return list(
        key,
        item -> {
          Optional<T> chosen = textOf(item).flatMap(t -> Optional.ofNullable(choices.get(t)));
          if (chosen.isEmpty()) {
            problem(key, notAmong(item, choices.keySet()));
          }
          return chosen;
        });
  }

  private static String notAmong(ConfigTree got, Set<String> names) {
    String near =
        textOf(got)
            .flatMap(t -> Nearest.to(t, names))
            .map(n -> "; did you mean '" + n + "'?")
            .orElse("");
    return "expected one of " + String.join(", ", names) + ", got " + got.describe() + near;
  }

  /** A path, relative to the file. */
  Optional<Path> path(String key) {
    return text(key).map(this::resolved);
  }

  /** Paths, as a list or one alone. */
  Optional<List<Path>> paths(String key) {
    return list(
        key,
        item -> {
          Optional<String> text = textOf(item);
          if (text.isEmpty()) {
            wrongType(key, "a path or a list of paths", item);
          }
          return text.map(this::resolved);
        });
  }

  /** A path relative to the file; a leading ~ is the home directory. */
  Path resolved(String text) {
    String home = System.getProperty("user.home", "");
    String expanded = text.startsWith("~/") ? home + text.substring(1) : text;
    return context.base.resolve(expanded).toAbsolutePath().normalize();
  }

  private <T> Optional<List<T>> list(String key, Function<ConfigTree, Optional<T>> read) {
    ConfigTree tree = get(key);
    if (tree == null) {
      return Optional.empty();
    }
    List<ConfigTree> items = tree instanceof Items list ? list.items() : List.of(tree);
    return Optional.of(items.stream().flatMap(i -> read.apply(i).stream()).toList());
  }

  /** Names and texts, whatever the names are. */
  Map<String, String> texts(String key) {
    ConfigTree tree = get(key);
    Map<String, String> texts = new LinkedHashMap<>();
    if (tree instanceof Keys map) {
      map.entries()
          .forEach(
              (name, value) -> {
                Optional<String> text = textOf(value);
                text.ifPresent(t -> texts.put(name, t));
                if (text.isEmpty()) {
                  wrongType(key, "a text for " + name, value);
                }
              });
    } else if (tree != null) {
      wrongType(key, "names and texts, as in {prompt: question}", tree);
    }
    return texts;
  }
}
