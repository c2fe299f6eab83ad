package dev.fettle.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices. */
final class Attributes {

  private Attributes() {}

  /** {@code owner.name}: a method or attribute first, then an item, as Jinja looks them up. */
  static Object attribute(Bounds bounds, Object owner, String name) {
    Values.requireDefined(owner);
    Object own = own(owner, name);
    if (own != null) {
      return own;
    }
    Object value = owner instanceof PyDict dict ? dict.get(bounds, name) : null;
    return value == null ? new Undefined(owner, name) : value;
  }

  /** {@code owner[key]}: an item first, then an attribute. */
  static Object item(Bounds bounds, Object owner, Object key) {
    Values.requireDefined(owner);
    boolean hashable = key instanceof PyTuple || !(key instanceof PyDict || key instanceof List);
    Object value = owner instanceof PyDict dict && hashable ? dict.get(bounds, key) : null;
    if (value != null) {
      return value;
    }
    if (key instanceof Long || key instanceof Boolean) {
      Object element = element(bounds, owner, Values.asLong(key));
      if (element != null) {
        return element;
      }
    }
    Object own = key instanceof String name ? own(owner, name) : null;
    return own == null ? new Undefined(owner, key) : own;
  }

  private static @Nullable Object own(Object owner, String name) {
    if (owner instanceof Namespace namespace) {
      return namespace.values().get(name);
    }
    if (owner instanceof LoopState loop) {
      return loop.attribute(name);
    }
    return Methods.bound(owner, name);
  }

  private static @Nullable Object element(Bounds bounds, Object owner, long index) {
    if (owner instanceof List<?> list) {
      long at = index < 0 ? index + list.size() : index;
      return at >= 0 && at < list.size() ? list.get((int) at) : null;
    }
    if (owner instanceof String s) {
      // Characters are counted from the nearer end.
      if (index < 0 ? index < -s.length() : index >= s.length()) {
        return null;
      }
      bounds.spend(Math.abs(index));
      return index < 0 ? fromBack(s, -index) : fromFront(s, index);
    }
    return null;
  }

  private static @Nullable String fromFront(String s, long index) {
    int at = 0;
    for (long i = 0; i < index && at < s.length(); i++) {
      at += Character.charCount(s.codePointAt(at));
    }
    return at < s.length() ? Character.toString(s.codePointAt(at)) : null;
  }

  private static @Nullable String fromBack(String s, long index) {
    int end = s.length();
    for (long i = 1; i < index && end > 0; i++) {
      end -= Character.charCount(s.codePointBefore(end));
    }
    return end > 0 ? Character.toString(s.codePointBefore(end)) : null;
  }

  /** {@code owner[start:stop:step]}; {@link None} stands for a part left out. */
  static Object slice(Bounds bounds, Object owner, List<Object> parts) {
    Values.requireDefined(owner);
    bounds.read(owner);
    long by = parts.get(2) == None.NONE ? 1 : Values.asLong(parts.get(2));
    if (by == 0) {
      throw new TemplateException("slice step cannot be zero");
    }
    if (owner instanceof String s) {
      return text(bounds, s, Range.of(parts, by, PyText.length(s)));
    }
    if (!(owner instanceof List<?> all)) {
      throw new TemplateException(Repr.quoted(Values.typeName(owner)) + " object is not sliceable");
    }
    Range range = Range.of(parts, by, all.size());
    Items part = new Items(bounds);
    for (long i = 0; i < range.count(); i++) {
      part.add(all.get((int) (range.from() + i * by)));
    }
    return owner instanceof PyTuple ? part.tuple() : part.list();
  }

  private static String text(Bounds bounds, String s, Range range) {
    if (range.step() == 1) {
      int from = s.offsetByCodePoints(0, (int) range.from());
      return s.substring(from, s.offsetByCodePoints(from, (int) range.count()));
    }
    int[] points = s.codePoints().toArray();
    Text text = new Text(bounds);
    for (long i = 0; i < range.count(); i++) {
      text.append(points[(int) (range.from() + i * range.step())]);
    }
    return text.toString();
  }

  /**
   * The places a slice takes.
   *
   * @param from the first
   * @param count how many
   */
  private record Range(long from, long step, long count) {

    static Range of(List<Object> parts, long step, int size) {
      long low = step > 0 ? 0 : -1;
      long high = step > 0 ? size : size - 1L;
      long from = bound(parts.get(0), step > 0 ? low : high, size, low, high);
      long to = bound(parts.get(1), step > 0 ? high : low, size, low, high);
      long distance = step > 0 ? to - from : from - to;
      // A step beyond the size takes one place, however large it is.
      long stride = step == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(step);
      return new Range(Math.max(0, from), step, distance <= 0 ? 0 : (distance - 1) / stride + 1);
    }

    private static long bound(Object given, long otherwise, int size, long low, long high) {
      if (given == None.NONE) {
        return otherwise;
      }
      long index = Values.asLong(given);
      return Math.max(low, Math.min(high, index < 0 ? index + size : index));
    }
  }
}
