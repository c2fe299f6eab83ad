package dev.fettle.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices. */
final class Attributes {

  private Attributes() {}

  /** {@code owner.name}: a method or attribute first, then an item, as Jinja looks them up. */
  static Object attribute(Object owner, String name) {
    Values.requireDefined(owner);
    Object own = own(owner, name);
    if (own != null) {
      return own;
    }
    Object value = owner instanceof Map<?, ?> map ? map.get(name) : null;
    return value == null ? new Undefined(owner, name) : value;
  }

  /** {@code owner[key]}: an item first, then an attribute. */
  static Object item(Object owner, Object key) {
    Values.requireDefined(owner);
    Object value = owner instanceof Map<?, ?> map ? map.get(key) : null;
    if (value != null) {
      return value;
    }
    if (key instanceof Long || key instanceof Boolean) {
      Object element = element(owner, Values.asLong(key));
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

  private static @Nullable Object element(Object owner, long index) {
    if (owner instanceof List<?> list) {
      long at = index < 0 ? index + list.size() : index;
      return at >= 0 && at < list.size() ? list.get((int) at) : null;
    }
    if (owner instanceof String s) {
      int length = PyText.length(s);
      long at = index < 0 ? index + length : index;
      if (at >= 0 && at < length) {
        return Character.toString(s.codePointAt(s.offsetByCodePoints(0, (int) at)));
      }
    }
    return null;
  }

  /** {@code owner[start:stop:step]}; {@link None} stands for a part left out. */
  static Object slice(Object owner, Object start, Object stop, Object step) {
    Values.requireDefined(owner);
    if (!(owner instanceof List) && !(owner instanceof String)) {
      throw new TemplateException(Repr.quote(Values.typeName(owner)) + " object is not sliceable");
    }
    List<Object> all = Values.iterate(owner);
    long by = step == None.NONE ? 1 : Values.asLong(step);
    if (by == 0) {
      throw new TemplateException("slice step cannot be zero");
    }
    long low = by > 0 ? 0 : -1;
    long high = by > 0 ? all.size() : all.size() - 1L;
    long from = bound(start, by > 0 ? low : high, all.size(), low, high);
    long to = bound(stop, by > 0 ? high : low, all.size(), low, high);
    List<Object> part = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      part.add(all.get((int) i));
    }
    if (owner instanceof String) {
      StringBuilder text = new StringBuilder();
      part.forEach(text::append);
      return text.toString();
    }
    return owner instanceof PyTuple ? new PyTuple(part) : part;
  }

  private static long bound(Object given, long otherwise, int size, long low, long high) {
    if (given == None.NONE) {
      return otherwise;
    }
    long index = Values.asLong(given);
    return Math.max(low, Math.min(high, index < 0 ? index + size : index));
  }
}
