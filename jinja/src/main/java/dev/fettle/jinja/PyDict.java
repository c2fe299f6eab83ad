package dev.fettle.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A Python dictionary: its entries in the order they came. */
final class PyDict {

  private final Map<Key, Object> entries = new LinkedHashMap<>();

  void put(Bounds bounds, Object key, Object value) {
    bounds.growItems(entries.size(), 1, Bounds.ENTRY);
    entries.put(Key.of(bounds, key), value);
  }

  void putAll(Bounds bounds, PyDict other) {
    bounds.growItems(entries.size(), other.size(), Bounds.ENTRY);
    entries.putAll(other.entries);
  }

  /** The value, or null where there is none. */
  @Nullable Object get(Bounds bounds, Object key) {
    return entries.get(Key.of(bounds, key));
  }

  int size() {
    return entries.size();
  }

  Set<Map.Entry<Key, Object>> entries() {
    return entries.entrySet();
  }

  List<Object> keys(Bounds bounds) {
    Items keys = new Items(bounds);
    entries.keySet().forEach(key -> keys.add(key.shown()));
    return keys.list();
  }

  List<Object> values(Bounds bounds) {
    Items values = new Items(bounds);
    entries.values().forEach(values::add);
    return values.list();
  }

  /** Pairs of key and value. */
  List<Object> items(Bounds bounds) {
    Items items = new Items(bounds);
    entries.forEach((key, value) -> items.addPair(key.shown(), value));
    return items.list();
  }
}
