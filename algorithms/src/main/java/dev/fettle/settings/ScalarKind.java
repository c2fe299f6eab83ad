package dev.fettle.settings;

import dev.fettle.settings.ConfigTree.Leaf;
import java.lang.reflect.Type;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A truth value, a text, or a number. */
final class ScalarKind<T> extends Kind<T> {
  /** Doubles beyond this skip whole numbers. */
  private static final double EXACT = 0x1p53;

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  private final Class<T> type;
  private final String noun;
  private final Range range;
  private final Function<Entry, @Nullable T> conversion;

  private ScalarKind(
      Class<T> type, String noun, Range range, Function<Entry, @Nullable T> conversion) {
    this.type = type;
    this.noun = noun;
    this.range = range;
    this.conversion = conversion;
  }

  static Kind<Boolean> flag() {
    return new ScalarKind<>(
        Boolean.class,
        "true or false",
        Range.ANY,
        e -> (e.tree() instanceof Leaf leaf && leaf.value() instanceof Boolean b) ? b : null);
  }

  static Kind<String> text() {
    return new ScalarKind<>(String.class, "text", Range.ANY, e -> e.text().orElse(null));
  }

  static Kind<Double> number(Range range) {
    return new ScalarKind<>(Double.class, "number", range, e -> numberOf(e.tree()));
  }

  static Kind<Long> whole(Range range) {
    return new ScalarKind<>(Long.class, "whole number", range, e -> wholeOf(e.tree()));
  }

  /** A whole number that fits an int. */
  static Kind<Integer> size(Range range) {
    return new MappedKind<>(whole(range), Integer.class, ScalarKind::narrow, Long::valueOf, "");
  }

  private static int narrow(long value) {
    if (value != (int) value) {
      throw new IllegalArgumentException(
          "is " + value + ", which is too large; at most " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  @Override
  @Nullable T read(Entry entry) {
    T value = conversion.apply(entry);
    if (value == null) {
      entry.wrong(expected());
    } else if (value instanceof Number n && !range.holds(n.doubleValue())) {
      entry.problem("is " + entry.tree().describe() + "; it must be " + expected());
      return null;
    }
    return value;
  }

  private static @Nullable Long wholeOf(ConfigTree tree) {
    if (tree instanceof Leaf leaf && leaf.value() instanceof Long exact) {
      return exact;
    }
    Double value = numberOf(tree);
    return value == null || value != Math.rint(value) || Math.abs(value) > EXACT
        ? null
        : value.longValue();
  }

  /** YAML 1.1 reads 1e-6 as text, since it has no point. */
  private static @Nullable Double numberOf(ConfigTree tree) {
    if (!(tree instanceof Leaf leaf)) {
      return null;
    }
    double value = Double.NaN;
    if (leaf.value() instanceof Number n) {
      value = n.doubleValue();
    } else if (leaf.value() instanceof String s && NUMBER.matcher(s.strip()).matches()) {
      value = Double.parseDouble(s.strip());
    }
    return Double.isFinite(value) ? value : null;
  }

  @Override
  Object plain(T value) {
    return value;
  }

  @Override
  String expected() {
    return type == Boolean.class ? noun : range.of("a " + noun);
  }

  @Override
  String many() {
    return type == Boolean.class
        ? "truth values"
        : noun + "s" + (range.words().isEmpty() ? "" : ", each " + range.words());
  }

  @Override
  String column() {
    return range.of(noun);
  }

  @Override
  boolean fits(Type component) {
    return holds(component, type);
  }
}
