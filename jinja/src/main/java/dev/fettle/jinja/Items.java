package dev.fettle.jinja;

import java.util.ArrayList;
import java.util.List;

/** A list being made, which stops when it gets too long. */
final class Items {

  private final Bounds bounds;
  private final List<Object> items = new ArrayList<>();

  Items(Bounds bounds) {
    this.bounds = bounds;
  }

  Items add(Object item) {
    bounds.growItems(items.size(), 1, Bounds.ITEM);
    items.add(item);
    return this;
  }

  /** A text made for this list: it costs an object and its characters. */
  Items addText(String text) {
    bounds.made(2L * Bounds.ITEM + text.length());
    return add(text);
  }

  Items addPair(Object first, Object second) {
    bounds.made(2L * Bounds.ITEM);
    return add(PyTuple.of(first, second));
  }

  Items addAll(List<?> more) {
    bounds.growItems(items.size(), more.size(), Bounds.ITEM);
    items.addAll(more);
    return this;
  }

  /** The same items again and again; a negative count is none. */
  Items repeat(List<?> more, long times) {
    if (times > 0 && !more.isEmpty()) {
      long most = Integer.MAX_VALUE;
      bounds.growItems(items.size(), Math.min(times, most) * more.size(), Bounds.ITEM);
      for (long i = 0; i < times; i++) {
        items.addAll(more);
      }
    }
    return this;
  }

  int size() {
    return items.size();
  }

  /** The list itself: add nothing afterwards. */
  List<Object> list() {
    return items;
  }

  PyTuple tuple() {
    return new PyTuple(items);
  }
}
