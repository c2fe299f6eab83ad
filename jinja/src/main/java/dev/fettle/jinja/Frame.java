package dev.fettle.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables of one scope; what is set here hides what is set around it, and ends with the
 * scope.
 */
final class Frame {

  private final @Nullable Frame parent;
  private final Map<String, Object> variables;

  private Frame(@Nullable Frame parent, Map<String, Object> variables) {
    this.parent = parent;
    this.variables = variables;
  }

  static Frame root(Map<String, Object> variables) {
    return new Frame(null, new HashMap<>(variables));
  }

  Frame child() {
    return new Frame(this, new HashMap<>());
  }

  void set(String name, Object value) {
    variables.put(name, value);
  }

  Object get(String name) {
    for (Frame frame = this; frame != null; frame = frame.parent) {
      Object value = frame.variables.get(name);
      if (value != null) {
        return value;
      }
    }
    return Undefined.name(name);
  }
}
