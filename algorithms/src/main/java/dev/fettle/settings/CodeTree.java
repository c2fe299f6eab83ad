package dev.fettle.settings;

import dev.fettle.settings.ConfigTree.Branch;
import dev.fettle.settings.ConfigTree.Items;
import dev.fettle.settings.ConfigTree.Leaf;
import java.io.File;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns values that a program gives into what a file would say. */
final class CodeTree {
  private CodeTree() {}

  /** Any value: nothing for null and an empty Optional; what is no plain value stays itself. */
  static ConfigTree of(@Nullable Object value, Place place) {
    if (value == null) {
      return Leaf.nothing(place);
    }
    if (value instanceof Optional<?> optional) {
      return of(optional.orElse(null), place);
    }
    if (value instanceof Collection<?> collection) {
      return items(collection, place);
    }
    if (value instanceof Map<?, ?> map) {
      return branch(map, place);
    }
    if (value.getClass().isArray()) {
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) {
        items.add(Array.get(value, i));
      }
      return items(items, place);
    }
    Object plain = plain(value);
    return new Leaf(place, plain, plain.toString());
  }

  private static Items items(Collection<?> values, Place place) {
    List<ConfigTree> items = new ArrayList<>();
    values.forEach(v -> items.add(of(v, place)));
    return new Items(place, items);
  }

  private static Branch branch(Map<?, ?> map, Place place) {
    Branch branch = Branch.empty(place);
    map.forEach((name, value) -> branch.entries().put(String.valueOf(name), of(value, place)));
    return branch;
  }

  private static Object plain(Object value) {
    if (value instanceof Float || value instanceof BigDecimal) {
      // A float is the number it prints as, not the double nearest to its bits.
      return Double.parseDouble(value.toString());
    }
    if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    boolean text =
        value instanceof CharSequence
            || value instanceof Character
            || value instanceof Path
            || value instanceof File
            || value instanceof BigInteger;
    return text ? value.toString() : value;
  }

  /** Settings by path, as sections. */
  static Branch nested(Map<String, Object> flat, Place place) {
    return branch(nested(flat), place);
  }

  /** Settings by path, as maps in maps. */
  @SuppressWarnings("unchecked") // every map but a value's is made here
  static Map<String, Object> nested(Map<String, Object> flat) {
    Map<String, Object> root = new LinkedHashMap<>();
    flat.forEach(
        (path, value) -> {
          Map<String, Object> section = root;
          String[] names = path.split("\\.", -1);
          for (int i = 0; i < names.length - 1; i++) {
            section =
                (Map<String, Object>)
                    section.computeIfAbsent(names[i], n -> new LinkedHashMap<String, Object>());
          }
          section.put(names[names.length - 1], value);
        });
    return root;
  }
}
