package dev.fettle.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value that need not be there. */
final class OptionalKind<T> extends Kind<Optional<T>> {
  private final Kind<T> kind;

  OptionalKind(Kind<T> kind) {
    this.kind = kind;
  }

  Kind<T> kind() {
    return kind;
  }

  @Override
  @SuppressWarnings("NullableOptional") // null: a problem was reported; empty: nothing is written
  @Nullable Optional<T> read(Entry entry) {
    T value = kind.read(entry);
    return value == null ? null : Optional.of(value);
  }

  @Override
  Object plain(Optional<T> value) {
    return kind.plain(value.orElseThrow());
  }

  @Override
  void write(String path, Optional<T> value, Map<String, Object> out) {
    value.ifPresent(v -> kind.write(path, v, out));
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
    return component instanceof ParameterizedType p
        && p.getRawType() == Optional.class
        && kind.fits(p.getActualTypeArguments()[0]);
  }
}
