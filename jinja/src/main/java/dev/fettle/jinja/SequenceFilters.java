package dev.fettle.jinja;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The filters on lists, dictionaries and the characters of a text. */
final class SequenceFilters {

  static final Map<String, Calls.Callable> ALL =
      Map.ofEntries(
          Map.entry("length", (v, a) -> Values.length(v)),
          Map.entry("count", (v, a) -> Values.length(v)),
          Map.entry("first", (v, a) -> end(v, a, true)),
          Map.entry("last", (v, a) -> end(v, a, false)),
          Map.entry("list", (v, a) -> copy(v, a).list()),
          Map.entry("join", SequenceFilters::join),
          Map.entry("reverse", SequenceFilters::reverse),
          Map.entry("sort", SequenceFilters::sort),
          Map.entry("unique", SequenceFilters::unique),
          Map.entry("min", (v, a) -> extreme(v, a, -1)),
          Map.entry("max", (v, a) -> extreme(v, a, 1)),
          Map.entry("sum", SequenceFilters::sum),
          Map.entry("map", SequenceFilters::map),
          Map.entry("select", (v, a) -> select(v, a, false, true)),
          Map.entry("reject", (v, a) -> select(v, a, false, false)),
          Map.entry("selectattr", (v, a) -> select(v, a, true, true)),
          Map.entry("rejectattr", (v, a) -> select(v, a, true, false)),
          Map.entry("groupby", SequenceFilters::groupBy),
          Map.entry("batch", SequenceFilters::batch),
          Map.entry("items", SequenceFilters::items),
          Map.entry("dictsort", SequenceFilters::dictSort));

  private SequenceFilters() {}

  private static Items copy(Object value, Arguments arguments) {
    return new Items(arguments.bounds()).addAll(Values.iterate(arguments.bounds(), value));
  }

  private static Object end(Object value, Arguments arguments, boolean first) {
    List<Object> items = Values.iterate(arguments.bounds(), value);
    if (items.isEmpty()) {
      return Undefined.name("No " + (first ? "first" : "last") + " item, sequence was empty.");
    }
    return items.get(first ? 0 : items.size() - 1);
  }

  private static Object join(Object value, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    UnaryOperator<Object> key = key(arguments, 1, "attribute");
    String separator = Repr.str(bounds, arguments.get(0, "d", ""));
    Text out = new Text(bounds);
    List<Object> items = Values.iterate(bounds, value);
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : separator).append(Repr.str(bounds, key.apply(items.get(i))));
    }
    return out.toString();
  }

  private static Object reverse(Object value, Arguments arguments) {
    if (value instanceof String s) {
      return Attributes.slice(arguments.bounds(), s, List.of(None.NONE, None.NONE, -1L));
    }
    List<Object> reversed = copy(value, arguments).list();
    Collections.reverse(reversed);
    return reversed;
  }

  private static UnaryOperator<Object> key(Arguments arguments, int position, String name) {
    Object attribute = arguments.get(position, name, None.NONE);
    if (attribute == None.NONE) {
      return UnaryOperator.identity();
    }
    String path = Repr.str(arguments.bounds(), attribute);
    return item -> Filters.path(arguments.bounds(), item, path);
  }

  /** An item and what it is sorted by. */
  private record Sorted(Object item, Object key) {}

  /** What an item is sorted by is worked out once. */
  private static Sorted sorted(
      Object item, UnaryOperator<Object> key, boolean caseSensitive, Bounds bounds) {
    Object by = key.apply(item);
    bounds.spend(Bounds.ITEM);
    if (by instanceof String s && !caseSensitive) {
      bounds.spend(s.length());
      by = PyText.lower(s);
    }
    return new Sorted(item, by);
  }

  private static Items sorted(Items items, Arguments arguments, Order order) {
    Bounds bounds = arguments.bounds();
    List<Sorted> keyed =
        items.list().stream()
            .map(item -> sorted(item, order.key(), order.caseSensitive(), bounds))
            .sorted(order.comparator(bounds))
            .toList();
    Items sorted = new Items(bounds);
    keyed.forEach(s -> sorted.add(s.item()));
    return sorted;
  }

  /**
   * How to sort.
   *
   * @param key what of an item counts
   */
  private record Order(UnaryOperator<Object> key, boolean caseSensitive, boolean reverse) {

    Comparator<Sorted> comparator(Bounds bounds) {
      Comparator<Sorted> ascending = (a, b) -> Values.compare(bounds, "<", a.key(), b.key());
      return reverse ? ascending.reversed() : ascending;
    }
  }

  private static Object sort(Object value, Arguments arguments) {
    Order order =
        new Order(
            key(arguments, 2, "attribute"),
            arguments.truth(1, "case_sensitive", false),
            arguments.truth(0, "reverse", false));
    return sorted(copy(value, arguments), arguments, order).list();
  }

  private static Object unique(Object value, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    boolean caseSensitive = arguments.truth(0, "case_sensitive", false);
    UnaryOperator<Object> key = key(arguments, 1, "attribute");
    Set<Key> seen = new HashSet<>();
    Items kept = new Items(bounds);
    for (Object item : Values.iterate(bounds, value)) {
      bounds.spend(Bounds.ENTRY);
      if (seen.add(Key.of(bounds, sorted(item, key, caseSensitive, bounds).key()))) {
        kept.add(item);
      }
    }
    return kept.list();
  }

  private static Object extreme(Object value, Arguments arguments, int sign) {
    Bounds bounds = arguments.bounds();
    boolean caseSensitive = arguments.truth(0, "case_sensitive", false);
    UnaryOperator<Object> key = key(arguments, 1, "attribute");
    @Nullable Sorted best = null;
    for (Object item : Values.iterate(bounds, value)) {
      Sorted next = sorted(item, key, caseSensitive, bounds);
      if (best == null || sign * Values.compare(bounds, "<", next.key(), best.key()) > 0) {
        best = next;
      }
    }
    return best == null ? Undefined.name("No aggregated item, sequence was empty.") : best.item();
  }

  private static Object sum(Object value, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    UnaryOperator<Object> key = key(arguments, 0, "attribute");
    Object total = arguments.get(1, "start", 0L);
    for (Object item : Values.iterate(bounds, value)) {
      bounds.spend(Bounds.NODE);
      total = Arithmetic.apply(bounds, "+", total, key.apply(item));
    }
    return total;
  }

  private static Object map(Object value, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    Items mapped = new Items(bounds);
    Object attribute = arguments.named().get("attribute");
    String path = attribute == null ? "" : Repr.str(bounds, attribute);
    Object otherwise = arguments.named().get("default");
    bounds.enter();
    for (Object item : Values.iterate(bounds, value)) {
      mapped.add(
          attribute == null
              ? Filters.apply(arguments.text(0, "filter", ""), item, arguments.after(1))
              : Filters.path(bounds, item, path, otherwise));
    }
    bounds.leave();
    return mapped.list();
  }

  private static Object select(
      Object value, Arguments arguments, boolean byAttribute, boolean keep) {
    Bounds bounds = arguments.bounds();
    int skip = byAttribute ? 1 : 0;
    String path = byAttribute ? Repr.str(bounds, arguments.require(0, "attribute")) : "";
    Items kept = new Items(bounds);
    for (Object item : Values.iterate(bounds, value)) {
      bounds.spend(Bounds.NODE);
      Object tested = byAttribute ? Filters.path(bounds, item, path) : item;
      boolean holds =
          arguments.positional().size() > skip
              ? Predicates.test(
                  Values.asString(arguments.positional().get(skip)),
                  tested,
                  arguments.after(skip + 1))
              : Values.truth(tested);
      if (holds == keep) {
        kept.add(item);
      }
    }
    return kept.list();
  }

  private static Object groupBy(Object value, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    UnaryOperator<Object> key = key(arguments, 0, "attribute");
    Items pairs = new Items(bounds);
    @Nullable Object group = null;
    Items items = new Items(bounds);
    for (Object item :
        sorted(copy(value, arguments), arguments, new Order(key, false, false)).list()) {
      // Groups ignore case; a group is called as its first item is.
      Object its = sorted(item, key, false, bounds).key();
      if (group == null || !Values.equal(bounds, group, its)) {
        group = its;
        items = new Items(bounds);
        pairs.addPair(key.apply(item), items.list());
      }
      items.add(item);
    }
    return pairs.list();
  }

  private static Object batch(Object value, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    long size = Math.max(1, Values.asLong(arguments.require(0, "linecount")));
    Object fill = arguments.find(1, "fill_with");
    Items batches = new Items(bounds);
    Items batch = new Items(bounds);
    for (Object item : Values.iterate(bounds, value)) {
      if (batch.size() == size || batch.size() == 0) {
        batch = new Items(bounds);
        batches.add(batch.list());
      }
      batch.add(item);
    }
    if (fill != null && batch.size() > 0) {
      batch.repeat(List.of(fill), size - batch.size());
    }
    return batches.list();
  }

  private static Object items(Object value, Arguments arguments) {
    if (value instanceof Undefined) {
      return List.of();
    }
    if (value instanceof PyDict dict) {
      return dict.items(arguments.bounds());
    }
    throw new TemplateException("Can only get item pairs from a mapping.");
  }

  private static Object dictSort(Object value, Arguments arguments) {
    if (!(value instanceof PyDict dict)) {
      throw new TemplateException(
          "dictsort wants a mapping, not " + Repr.quoted(Values.typeName(value)));
    }
    int position = arguments.text(1, "by", "key").equals("value") ? 1 : 0;
    Order order =
        new Order(
            pair -> ((PyTuple) pair).get(position),
            arguments.truth(0, "case_sensitive", false),
            arguments.truth(2, "reverse", false));
    Items items = new Items(arguments.bounds()).addAll(dict.items(arguments.bounds()));
    return sorted(items, arguments, order).list();
  }
}
