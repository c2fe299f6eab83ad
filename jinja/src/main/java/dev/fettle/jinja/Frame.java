package dev.fettle.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables of one scope; what is set here hides what is set around it, and ends with the
 * scope.
 */
final class Frame {

  private final Bounds bounds;
  private final @Nullable Frame parent;
  private final Map<String, Object> variables;

  private Frame(Bounds bounds, @Nullable Frame parent, Map<String, Object> variables) {
    this.bounds = bounds;
    this.parent = parent;
    this.variables = variables;
  }

  static Frame root(Bounds bounds, Map<String, Object> variables) {
    return new Frame(bounds, null, new HashMap<>(variables));
  }

  Frame child() {
    bounds.spend(Bounds.ITEM);
    return new Frame(bounds, this, new HashMap<>());
  }

  /** What the rendering has left. */
  Bounds bounds() {
    return bounds;
  }

  void set(String name, Object value) {
    bounds.spend(2);
    variables.put(name, value);
  }

  Object get(String name) {
    int scopes = 0;
    for (Frame frame = this; frame != null; frame = frame.parent) {
      Object value = frame.variables.get(name);
      scopes++;
      if (value != null) {
        bounds.spend(scopes);
        return value;
      }
    }
    bounds.spend(scopes);
    return Undefined.name(name);
  }
}
