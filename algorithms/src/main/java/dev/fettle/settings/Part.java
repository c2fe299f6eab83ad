package dev.fettle.settings;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What gives one component of a record its value: a {@link Key}, or {@link Keys#inline several}.
 *
 * @param <T> the component's type
 */
public abstract sealed class Part<T> permits Key, InlinePart {
  Part() {}

  /** The component's name. */
  abstract String component();

  /**
   * The value; null where it was reported to be wrong.
   *
   * @param before the components read before it
   */
  abstract @Nullable T read(Section section, Map<String, Object> before);

  /** Puts the value's settings under their paths. */
  abstract void write(T value, String prefix, Map<String, Object> out);

  abstract List<KeyRow> rows(String prefix);

  abstract List<Note> notes();

  abstract boolean fits(Type component);
}
