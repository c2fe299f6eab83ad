package dev.fettle.settings;

import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the value of a key is written in a configuration. */
abstract class Kind<T> {

  /** The value; null where it was reported to be wrong. */
  abstract @Nullable T read(Entry entry);

  /** The value as a text, number, truth value, list or map. */
  abstract Object plain(T value);

  /** Puts the value under its path; nothing where there is none. */
  void write(String path, T value, Map<String, Object> out) {
    out.put(path, plain(value));
  }

  /** For messages, as in {@code a number, above 0}. */
  abstract String expected();

  /** Several of them, for messages, as in {@code numbers, each above 0}. */
  abstract String many();

  /** For the documentation, as in {@code number, above 0}. */
  abstract String column();

  /** Several of them, for the documentation. */
  String columns() {
    return many();
  }

  /** Whether it may be written as keys and values. */
  boolean isSection() {
    return false;
  }

  /** Whether the component of a record can hold it. */
  abstract boolean fits(Type type);

  /** Whether a component of one type can hold values of another, perhaps as a primitive. */
  static boolean holds(Type component, Class<?> values) {
    return component == values
        || component == MethodType.methodType(values).unwrap().returnType()
        || (component instanceof ParameterizedType p && p.getRawType() == values);
  }

  /** A default, which was not written anywhere, in its context. */
  T settled(T value, Section section) {
    return value;
  }
}
