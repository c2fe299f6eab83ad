package dev.fettle.settings;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A component whose keys stand in the section of the whole. */
final class InlinePart<S> extends Part<S> {
  private final String component;
  private final Keys<S> keys;

  InlinePart(String component, Keys<S> keys) {
    this.component = component;
    this.keys = keys;
  }

  @Override
  String component() {
    return component;
  }

  @Override
  @Nullable S read(Section section, Map<String, Object> before) {
    return keys.read(section);
  }

  @Override
  void write(S value, String prefix, Map<String, Object> out) {
    keys.write(value, prefix, out);
  }

  @Override
  List<KeyRow> rows(String prefix) {
    return keys.rows(prefix);
  }

  @Override
  List<Note> notes() {
    return keys.notes();
  }

  @Override
  boolean fits(Type type) {
    return Kind.holds(type, keys.type());
  }
}
