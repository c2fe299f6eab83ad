package dev.fettle.settings;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A value of which more is demanded than its kind. */
final class CheckedKind<T> extends Kind<T> {
  private final Kind<T> kind;
  private final Predicate<? super T> holds;
  private final String words;

  CheckedKind(Kind<T> kind, Predicate<? super T> holds, String words) {
    this.kind = kind;
    this.holds = holds;
    this.words = words;
  }

  @Override
  @Nullable T read(Entry entry) {
    T value = kind.read(entry);
    if (value == null || holds.test(value)) {
      return value;
    }
    entry.problem("is " + entry.tree().describe() + "; it must " + words);
    return null;
  }

  @Override
  Object plain(T value) {
    return kind.plain(value);
  }

  @Override
  void write(String path, T value, Map<String, Object> out) {
    kind.write(path, value, out);
  }

  @Override
  String expected() {
    return kind.expected();
  }

  @Override
  String many() {
    return kind.many();
  }

  @Override
  String column() {
    return kind.column();
  }

  @Override
  boolean fits(Type component) {
    return kind.fits(component);
  }

  @Override
  T settled(T value, Section section) {
    return kind.settled(value, section);
  }
}
