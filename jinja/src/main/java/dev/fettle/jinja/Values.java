package dev.fettle.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Python's rules say of a value. Values are: {@link None}, {@link Undefined}, Boolean, Long,
 * Double, String, List, {@link PyTuple}, Map with insertion order, {@link Namespace}, {@link
 * LoopState} and {@link PyFunction}.
 */
final class Values {

  private Values() {}

  /** Turns plain Java (as a JSON reader gives it) into values. */
  static Object of(@Nullable Object java) {
    if (java == null) {
      return None.NONE;
    }
    if (java instanceof Double || java instanceof Float) {
      return ((Number) java).doubleValue();
    }
    if (java instanceof Number number) {
      return number.longValue();
    }
    if (java instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(of(key), of(value)));
      return copy;
    }
    if (java instanceof List<?> list) {
      List<Object> copy = new ArrayList<>(list.size());
      list.forEach(item -> copy.add(of(item)));
      return copy;
    }
    return java;
  }

  static String typeName(Object value) {
    if (value == None.NONE) {
      return "NoneType";
    }
    if (value instanceof String) {
      return "str";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value instanceof Long) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof Map) {
      return "dict";
    }
    if (value instanceof PyTuple) {
      return "tuple";
    }
    if (value instanceof List) {
      return "list";
    }
    return value instanceof PyFunction ? "function" : value.getClass().getSimpleName();
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean b) {
      return b;
    }
    if (value == None.NONE || value instanceof Undefined) {
      return false;
    }
    if (value instanceof Number n) {
      return n.doubleValue() != 0;
    }
    if (value instanceof String s) {
      return !s.isEmpty();
    }
    if (value instanceof List<?> list) {
      return !list.isEmpty();
    }
    return !(value instanceof Map<?, ?> map) || !map.isEmpty();
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  static boolean anyReal(Object a, Object b) {
    return a instanceof Double || b instanceof Double;
  }

  /** A number's value, booleans counting as 0 and 1. */
  static double asDouble(Object value) {
    if (value instanceof Boolean b) {
      return b ? 1 : 0;
    }
    if (value instanceof Number n) {
      return n.doubleValue();
    }
    throw wrongType("a number", value);
  }

  static long asLong(Object value) {
    if (value instanceof Boolean b) {
      return b ? 1 : 0;
    }
    if (value instanceof Long n) {
      return n;
    }
    throw wrongType("an integer", value);
  }

  static String asString(Object value) {
    if (value instanceof String s) {
      return s;
    }
    throw wrongType("a string", value);
  }

  private static TemplateException wrongType(String wanted, Object value) {
    return value instanceof Undefined u
        ? u.error()
        : new TemplateException("expected " + wanted + ", not " + Repr.quote(typeName(value)));
  }

  static boolean equal(Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      return anyReal(a, b) ? asDouble(a) == asDouble(b) : asLong(a) == asLong(b);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      if ((a instanceof PyTuple) != (b instanceof PyTuple) || x.size() != y.size()) {
        return false;
      }
      for (int i = 0; i < x.size(); i++) {
        if (!equal(x.get(i), y.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(e -> y.containsKey(e.getKey()) && equal(e.getValue(), y.get(e.getKey())));
    }
    if (a instanceof Undefined && b instanceof Undefined) {
      return true;
    }
    return a.equals(b);
  }

  /** Python's order; numbers with numbers, strings with strings, lists with lists. */
  static int compare(String operator, Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      return anyReal(a, b)
          ? Double.compare(asDouble(a), asDouble(b))
          : Long.compare(asLong(a), asLong(b));
    }
    if (a instanceof String x && b instanceof String y) {
      return x.compareTo(y);
    }
    if (a instanceof List<?> x
        && b instanceof List<?> y
        && (a instanceof PyTuple) == (b instanceof PyTuple)) {
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        if (!equal(x.get(i), y.get(i))) {
          return compare(operator, x.get(i), y.get(i));
        }
      }
      return Integer.compare(x.size(), y.size());
    }
    requireDefined(a);
    requireDefined(b);
    throw new TemplateException(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator, typeName(a), typeName(b)));
  }

  static void requireDefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  /** {@code item in container}. */
  static boolean contains(Object container, Object item) {
    if (container instanceof String s) {
      if (item instanceof String part) {
        return s.contains(part);
      }
      requireDefined(item);
      throw new TemplateException(
          "'in <string>' requires string as left operand, not " + typeName(item));
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(item);
    }
    if (container instanceof List<?> || container instanceof Undefined) {
      return iterate(container).stream().anyMatch(candidate -> equal(candidate, item));
    }
    throw new TemplateException(
        "argument of type " + Repr.quote(typeName(container)) + " is not iterable");
  }

  static boolean isIterable(Object value) {
    return value instanceof List
        || value instanceof Map
        || value instanceof String
        || value instanceof Undefined;
  }

  /** What a loop over the value sees; do not change it. */
  @SuppressWarnings("unchecked")
  static List<Object> iterate(Object value) {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof String s) {
      return PyText.characters(s);
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw new TemplateException(Repr.quote(typeName(value)) + " object is not iterable");
  }

  static long length(Object value) {
    if (value instanceof String s) {
      return PyText.length(s);
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof List || value instanceof Undefined) {
      return iterate(value).size();
    }
    throw new TemplateException("object of type " + Repr.quote(typeName(value)) + " has no len()");
  }
}
