package dev.fettle.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values under names of the user's own; one alone may stand without a name. */
final class NamedKind<T> extends Kind<Map<String, T>> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

  private final Kind<T> each;
  private final Set<String> reserved;

  /**
   * Values by name.
   *
   * @param each what is under a name; no section itself
   * @param reserved names that would be mistaken for keys of a value
   */
  NamedKind(Kind<T> each, Set<String> reserved) {
    this.each = each;
    this.reserved = Set.copyOf(reserved);
  }

  @Override
  @Nullable Map<String, T> read(Entry entry) {
    Map<String, T> values = new LinkedHashMap<>();
    if (!(entry.tree() instanceof ConfigTree.Branch branch)) {
      T value = each.read(entry);
      if (value != null) {
        values.put("", value);
      }
      return value == null ? null : Collections.unmodifiableMap(values);
    }
    boolean good = true;
    for (Map.Entry<String, ConfigTree> named : branch.entries().entrySet()) {
      Entry below =
          new Entry(entry.section().below(entry.key(), branch), named.getKey(), named.getValue());
      T value = isName(below) ? each.read(below) : null;
      good &= value != null;
      if (value != null) {
        values.put(named.getKey(), value);
      }
    }
    return good ? Collections.unmodifiableMap(values) : null;
  }

  private boolean isName(Entry below) {
    if (reserved.contains(below.key())) {
      below.problem(
          "cannot be a name; a value with keys of its own is written in a list, as in [{"
              + below.key()
              + ": ...}]");
      return false;
    }
    // What code says for one that has no name.
    if (!below.key().isEmpty() && !NAME.matcher(below.key()).matches()) {
      below.problem("cannot be a name; letters, digits, '_', '-' and '.' can");
      return false;
    }
    return true;
  }

  @Override
  Object plain(Map<String, T> value) {
    T lone = value.get("");
    if (value.size() == 1 && lone != null) {
      return each.plain(lone);
    }
    Map<String, Object> plain = new LinkedHashMap<>();
    value.forEach((name, v) -> plain.put(name, each.plain(v)));
    return plain;
  }

  @Override
  String expected() {
    return each.expected() + ", or several under names";
  }

  @Override
  String many() {
    return each.many() + " under names";
  }

  @Override
  String column() {
    return each.column() + "; or several, each under a name";
  }

  @Override
  boolean fits(Type component) {
    return component instanceof ParameterizedType p
        && p.getRawType() == Map.class
        && p.getActualTypeArguments()[0] == String.class
        && each.fits(p.getActualTypeArguments()[1]);
  }

  @Override
  Map<String, T> settled(Map<String, T> value, Section section) {
    Map<String, T> settled = new LinkedHashMap<>();
    value.forEach((name, v) -> settled.put(name, each.settled(v, section)));
    return Collections.unmodifiableMap(settled);
  }
}
