package dev.fettle.jinja;

import java.util.AbstractList;
import java.util.List;

/** A Python tuple: a list that prints with round brackets and is not equal to a list. */
final class PyTuple extends AbstractList<Object> {

  private final List<Object> items;

  PyTuple(List<Object> items) {
    this.items = List.copyOf(items);
  }

  static PyTuple of(Object... items) {
    return new PyTuple(List.of(items));
  }

  @Override
  public Object get(int index) {
    return items.get(index);
  }

  @Override
  public int size() {
    return items.size();
  }
}
