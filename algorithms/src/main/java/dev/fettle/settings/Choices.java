package dev.fettle.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names a setting may have, and what each means. Where several mean the same, the first is the
 * one that is written.
 *
 * @param <T> what is chosen
 */
public final class Choices<T> {
  private final Class<?> type;
  private final Map<String, T> byName;

  private Choices(Class<?> type, Map<String, T> byName) {
    this.type = type;
    this.byName = byName;
  }

  /** The constants of an enum, under their names in lower case. */
  public static <E extends Enum<E>> Choices<E> of(Class<E> type) {
    Map<String, E> byName = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      byName.put(constant.name().toLowerCase(Locale.ROOT), constant);
    }
    return new Choices<>(type, byName);
  }

  /** One name; add the others with {@link #or}. */
  public static <T> Choices<T> of(String name, T value) {
    Class<?> type = value instanceof Enum<?> e ? e.getDeclaringClass() : value.getClass();
    return new Choices<>(type, new LinkedHashMap<>(Map.of(name, value)));
  }

  /** Names that mean themselves. */
  public static Choices<String> words(Iterable<String> names) {
    Map<String, String> byName = new LinkedHashMap<>();
    names.forEach(n -> byName.put(n, n));
    return new Choices<>(String.class, byName);
  }

  /** These and one more name. */
  public Choices<T> or(String name, T value) {
    Map<String, T> more = new LinkedHashMap<>(byName);
    more.put(name, value);
    return new Choices<>(type, more);
  }

  Class<?> type() {
    return type;
  }

  Set<String> names() {
    return byName.keySet();
  }

  Optional<T> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The value itself, where it is one of these. */
  Optional<T> among(Object value) {
    return byName.values().stream().filter(value::equals).findFirst();
  }

  /** The name a value is written under. */
  String nameOf(T value) {
    return byName.entrySet().stream()
        .filter(e -> e.getValue().equals(value))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(value + " is none of " + List.copyOf(names())));
  }
}
