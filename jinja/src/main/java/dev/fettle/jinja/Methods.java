package dev.fettle.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of Python's dictionaries and lists that do not change them. */
final class Methods {

  static final Map<String, Calls.Callable> OF_DICT = ofDict();
  static final Map<String, Calls.Callable> OF_LIST = ofList();

  private Methods() {}

  /** The method of that name, bound to its owner, or null where the type has none. */
  static @Nullable PyFunction bound(Object owner, String name) {
    Calls.Callable method = null;
    if (owner instanceof String) {
      method = StringMethods.ALL.get(name);
    } else if (owner instanceof PyDict) {
      method = OF_DICT.get(name);
    } else if (owner instanceof List) {
      method = OF_LIST.get(name);
    }
    return method == null ? null : new Calls.Bound(owner, method);
  }

  private static Map<String, Calls.Callable> ofDict() {
    Map<String, Calls.Callable> methods = new HashMap<>();
    methods.put("get", Methods::get);
    methods.put("items", (self, a) -> ((PyDict) self).items(a.bounds()));
    methods.put("keys", (self, a) -> ((PyDict) self).keys(a.bounds()));
    methods.put("values", (self, a) -> ((PyDict) self).values(a.bounds()));
    methods.put("copy", (self, a) -> self);
    for (String name : List.of("update", "pop", "popitem", "setdefault", "clear")) {
      methods.put(name, immutable("dict", name));
    }
    return Map.copyOf(methods);
  }

  private static Object get(Object self, Arguments arguments) {
    Object value = ((PyDict) self).get(arguments.bounds(), arguments.require(0, "key"));
    return value == null ? arguments.get(1, "default", None.NONE) : value;
  }

  private static Map<String, Calls.Callable> ofList() {
    Map<String, Calls.Callable> methods = new HashMap<>();
    methods.put("index", Methods::index);
    methods.put("count", Methods::count);
    methods.put("copy", (self, a) -> self);
    for (String name :
        List.of("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse")) {
      methods.put(name, immutable("list", name));
    }
    return Map.copyOf(methods);
  }

  private static Object index(Object self, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    Object wanted = arguments.require(0, "value");
    long at = 0;
    for (Object item : (List<?>) self) {
      bounds.spend(2);
      if (Values.equal(bounds, item, wanted)) {
        return at;
      }
      at++;
    }
    throw new TemplateException(Repr.repr(bounds, wanted) + " is not in list");
  }

  private static Object count(Object self, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    Object wanted = arguments.require(0, "value");
    long count = 0;
    for (Object item : (List<?>) self) {
      bounds.spend(2);
      count += Values.equal(bounds, item, wanted) ? 1 : 0;
    }
    return count;
  }

  /** The sandbox Hugging Face renders in forbids these too. */
  private static Calls.Callable immutable(String type, String name) {
    return (self, arguments) -> {
      throw new TemplateException(
          "access to attribute '%s' of '%s' object is unsafe.".formatted(name, type));
    };
  }
}
