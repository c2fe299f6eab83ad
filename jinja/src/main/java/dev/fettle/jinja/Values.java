package dev.fettle.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * What Python's rules say of a value. Values are: {@link None}, {@link Undefined}, Boolean, Long,
 * Double, BigInteger (passed in only), String, List, {@link PyTuple}, {@link PyDict}, {@link
 * Namespace}, {@link LoopState} and {@link PyFunction}.
 */
final class Values {

  private Values() {}

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
    if (value instanceof Long || value instanceof BigInteger) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof PyDict) {
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
    return !(value instanceof PyDict dict) || dict.size() > 0;
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
    if (value instanceof BigInteger) {
      throw new TemplateException("integer too large");
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
        : new TemplateException("expected " + wanted + ", not " + Repr.quoted(typeName(value)));
  }

  static boolean equal(Bounds bounds, Object a, Object b) {
    if (Numbers.is(a) && Numbers.is(b)) {
      return Numbers.equal(a, b);
    }
    if (a instanceof String x && b instanceof String y) {
      bounds.spend(x.length() == y.length() ? x.length() : 0);
      return x.equals(y);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return (a instanceof PyTuple) == (b instanceof PyTuple)
          && x.size() == y.size()
          && equalItems(bounds, x, y);
    }
    if (a instanceof PyDict x && b instanceof PyDict y) {
      return x.size() == y.size() && equalEntries(bounds, x, y);
    }
    return a == b || (a instanceof Undefined && b instanceof Undefined);
  }

  private static boolean equalItems(Bounds bounds, List<?> a, List<?> b) {
    bounds.enter();
    for (int i = 0; i < a.size(); i++) {
      bounds.spend(2);
      if (!equal(bounds, a.get(i), b.get(i))) {
        return leave(bounds, false);
      }
    }
    return leave(bounds, true);
  }

  private static boolean equalEntries(Bounds bounds, PyDict a, PyDict b) {
    bounds.enter();
    for (Map.Entry<Key, Object> entry : a.entries()) {
      bounds.spend(Bounds.ITEM);
      Object other = b.get(bounds, entry.getKey().shown());
      if (other == null || !equal(bounds, entry.getValue(), other)) {
        return leave(bounds, false);
      }
    }
    return leave(bounds, true);
  }

  private static boolean leave(Bounds bounds, boolean result) {
    bounds.leave();
    return result;
  }

  /**
   * Python's order; numbers with numbers, strings with strings, lists with lists.
   *
   * @param operator for the message
   */
  static int compare(Bounds bounds, String operator, Object a, Object b) {
    bounds.spend(2);
    if (Numbers.is(a) && Numbers.is(b)) {
      return Numbers.compare(a, b);
    }
    if (a instanceof String x && b instanceof String y) {
      bounds.spend(Math.min(x.length(), y.length()));
      return PyText.compare(x, y);
    }
    if (a instanceof List<?> x
        && b instanceof List<?> y
        && (a instanceof PyTuple) == (b instanceof PyTuple)) {
      return compareLists(bounds, operator, x, y);
    }
    requireDefined(a);
    requireDefined(b);
    throw new TemplateException(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator, typeName(a), typeName(b)));
  }

  private static int compareLists(Bounds bounds, String operator, List<?> a, List<?> b) {
    bounds.enter();
    int order = Integer.compare(a.size(), b.size());
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      bounds.spend(2);
      if (!equal(bounds, a.get(i), b.get(i))) {
        order = compare(bounds, operator, a.get(i), b.get(i));
        break;
      }
    }
    bounds.leave();
    return order;
  }

  static void requireDefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  /** {@code item in container}. */
  static boolean contains(Bounds bounds, Object container, Object item) {
    if (container instanceof String s) {
      if (item instanceof String part) {
        bounds.spend((long) s.length() + part.length());
        return Search.first(s, part) >= 0;
      }
      requireDefined(item);
      throw new TemplateException(
          "'in <string>' requires string as left operand, not " + typeName(item));
    }
    if (container instanceof PyDict dict) {
      return dict.get(bounds, item) != null;
    }
    if (container instanceof List<?> || container instanceof Undefined) {
      for (Object candidate : iterate(bounds, container)) {
        bounds.spend(2);
        if (equal(bounds, candidate, item)) {
          return true;
        }
      }
      return false;
    }
    throw new TemplateException(
        "argument of type " + Repr.quoted(typeName(container)) + " is not iterable");
  }

  static boolean isIterable(Object value) {
    return value instanceof List
        || value instanceof PyDict
        || value instanceof String
        || value instanceof Undefined;
  }

  /** What a loop over the value sees; do not change it. */
  @SuppressWarnings("unchecked")
  static List<Object> iterate(Bounds bounds, Object value) {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    if (value instanceof PyDict dict) {
      return dict.keys(bounds);
    }
    if (value instanceof String s) {
      return PyText.characters(bounds, s);
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw new TemplateException(Repr.quoted(typeName(value)) + " object is not iterable");
  }

  static long length(Object value) {
    if (value instanceof String s) {
      return PyText.length(s);
    }
    if (value instanceof PyDict dict) {
      return dict.size();
    }
    if (value instanceof List<?> list) {
      return list.size();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw new TemplateException("object of type " + Repr.quoted(typeName(value)) + " has no len()");
  }
}
