package dev.fettle.settings;

import dev.fettle.settings.ConfigTree.Items;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A list, or one item alone; where a count is set, a list of exactly so many. */
final class ListKind<T> extends Kind<List<T>> {
  private final Kind<T> item;
  private final int count;

  /** Any number of items where {@code count} is 0. */
  ListKind(Kind<T> item, int count) {
    this.item = item;
    this.count = count;
  }

  @Override
  @Nullable List<T> read(Entry entry) {
    if (count == 0 && !item.isSection() && entry.tree() instanceof ConfigTree.Branch) {
      entry.wrong(expected());
      return null;
    }
    boolean list = entry.tree() instanceof Items;
    List<ConfigTree> trees =
        entry.tree() instanceof Items items ? items.items() : List.of(entry.tree());
    if (count > 0 && (!list || trees.size() != count)) {
      entry.wrong(expected());
      return null;
    }
    List<T> values = new ArrayList<>();
    for (ConfigTree tree : trees) {
      T value = item.read(entry.of(tree));
      if (value != null) {
        values.add(value);
      }
    }
    return values.size() == trees.size() ? List.copyOf(values) : null;
  }

  @Override
  Object plain(List<T> value) {
    return value.stream().map(item::plain).toList();
  }

  @Override
  String expected() {
    return count > 0
        ? "a list of " + count + " " + item.many()
        : item.expected() + " or a list of " + item.many();
  }

  @Override
  String many() {
    return "lists of " + item.many();
  }

  @Override
  String column() {
    return count > 0 ? count + " " + item.columns() : "list of " + item.columns();
  }

  @Override
  boolean fits(Type component) {
    return component instanceof ParameterizedType p
        && p.getRawType() == List.class
        && item.fits(p.getActualTypeArguments()[0]);
  }

  @Override
  List<T> settled(List<T> value, Section section) {
    return value.stream().map(v -> item.settled(v, section)).toList();
  }
}
