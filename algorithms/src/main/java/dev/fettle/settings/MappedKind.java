package dev.fettle.settings;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A value made of another, as a device of its name. */
final class MappedKind<A, B> extends Kind<B> {
  private final Kind<A> written;
  private final Class<B> type;
  private final Function<? super A, ? extends B> to;
  private final Function<? super B, ? extends A> from;
  private final String words;

  /**
   * How {@code written} becomes another value.
   *
   * @param to throws IllegalArgumentException where it cannot; that is the user's error
   * @param words what is expected; where empty, the exception's message says what is wrong
   */
  MappedKind(
      Kind<A> written,
      Class<B> type,
      Function<? super A, ? extends B> to,
      Function<? super B, ? extends A> from,
      String words) {
    this.written = written;
    this.type = type;
    this.to = to;
    this.from = from;
    this.words = words;
  }

  @Override
  @Nullable B read(Entry entry) {
    A value = written.read(entry);
    if (value == null) {
      return null;
    }
    try {
      return to.apply(value);
    } catch (IllegalArgumentException e) {
      if (words.isEmpty()) {
        entry.problem(String.valueOf(e.getMessage()));
      } else {
        entry.wrong(words);
      }
      return null;
    }
  }

  @Override
  Object plain(B value) {
    return written.plain(from.apply(value));
  }

  @Override
  void write(String path, B value, Map<String, Object> out) {
    written.write(path, from.apply(value), out);
  }

  @Override
  String expected() {
    return words.isEmpty() ? written.expected() : words;
  }

  @Override
  String many() {
    return words.isEmpty() ? written.many() : "those, each " + words;
  }

  @Override
  String column() {
    return words.isEmpty() ? written.column() : words;
  }

  @Override
  boolean fits(Type component) {
    return holds(component, type);
  }
}
