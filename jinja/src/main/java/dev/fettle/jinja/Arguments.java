package dev.fettle.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call.
 *
 * @param bounds what the rendering has left
 * @param positional in order
 * @param named by name
 */
record Arguments(Bounds bounds, List<Object> positional, Map<String, Object> named) {

  /** An argument given by position or by name, or null. */
  @Nullable Object find(int position, String name) {
    if (position < positional.size()) {
      return positional.get(position);
    }
    return named.get(name);
  }

  Object get(int position, String name, Object otherwise) {
    Object value = find(position, name);
    return value == null ? otherwise : value;
  }

  Object require(int position, String name) {
    Object value = find(position, name);
    if (value == null) {
      throw new TemplateException("missing argument '" + name + "'");
    }
    return value;
  }

  String text(int position, String name, String otherwise) {
    return find(position, name) == null ? otherwise : Values.asString(require(position, name));
  }

  long integer(int position, String name, long otherwise) {
    return find(position, name) == null ? otherwise : Values.asLong(require(position, name));
  }

  boolean truth(int position, String name, boolean otherwise) {
    return find(position, name) == null ? otherwise : Values.truth(require(position, name));
  }

  /** The arguments after the first {@code count} positional ones. */
  Arguments after(int count) {
    int from = Math.min(count, positional.size());
    return new Arguments(bounds, positional.subList(from, positional.size()), named);
  }
}
