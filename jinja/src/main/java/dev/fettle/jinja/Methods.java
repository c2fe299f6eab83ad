package dev.fettle.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of Python's dictionaries and lists that do not change them, as bound functions. */
final class Methods {

  private Methods() {}

  /** The method of that name, or null where the type has none. */
  static @Nullable PyFunction bound(Object owner, String name) {
    if (owner instanceof String s) {
      return StringMethods.bound(s, name);
    }
    if (owner instanceof Map<?, ?> map) {
      return map(map, name);
    }
    return owner instanceof List<?> list ? list(list, name) : null;
  }

  private static @Nullable PyFunction map(Map<?, ?> map, String name) {
    return switch (name) {
      case "get" ->
          arguments -> {
            Object value = map.get(arguments.require(0, "key"));
            return value == null ? arguments.get(1, "default", None.NONE) : value;
          };
      case "items" -> arguments -> items(map);
      case "keys" -> arguments -> new ArrayList<Object>(map.keySet());
      case "values" -> arguments -> new ArrayList<Object>(map.values());
      case "copy" -> arguments -> map;
      case "update", "pop", "popitem", "setdefault", "clear" -> immutable("dict", name);
      default -> null;
    };
  }

  static List<Object> items(Map<?, ?> map) {
    List<Object> items = new ArrayList<>(map.size());
    map.forEach((key, value) -> items.add(PyTuple.of(key, value)));
    return items;
  }

  private static @Nullable PyFunction list(List<?> list, String name) {
    return switch (name) {
      case "index" ->
          arguments -> {
            Object wanted = arguments.require(0, "value");
            for (int i = 0; i < list.size(); i++) {
              if (Values.equal(list.get(i), wanted)) {
                return (long) i;
              }
            }
            throw new TemplateException(Repr.repr(wanted) + " is not in list");
          };
      case "count" ->
          arguments -> {
            Object wanted = arguments.require(0, "value");
            return list.stream().filter(item -> Values.equal(item, wanted)).count();
          };
      case "copy" -> arguments -> list;
      case "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse" ->
          immutable("list", name);
      default -> null;
    };
  }

  /** The sandbox Hugging Face renders in forbids these too. */
  private static PyFunction immutable(String type, String name) {
    return arguments -> {
      throw new TemplateException(
          "access to attribute '%s' of '%s' object is unsafe.".formatted(name, type));
    };
  }
}
