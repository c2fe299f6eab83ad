package dev.fettle.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The filters on lists, dictionaries and the characters of a text. */
final class SequenceFilters {

  static final Map<String, Filters.Filter> ALL =
      Map.ofEntries(
          Map.entry("length", (v, a) -> Values.length(v)),
          Map.entry("count", (v, a) -> Values.length(v)),
          Map.entry("first", (v, a) -> end(Values.iterate(v), true)),
          Map.entry("last", (v, a) -> end(Values.iterate(v), false)),
          Map.entry("list", (v, a) -> new ArrayList<>(Values.iterate(v))),
          Map.entry("join", SequenceFilters::join),
          Map.entry("reverse", (v, a) -> reverse(v)),
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
          Map.entry("items", (v, a) -> items(v)),
          Map.entry("dictsort", SequenceFilters::dictSort));

  private SequenceFilters() {}

  private static Object end(List<Object> items, boolean first) {
    if (items.isEmpty()) {
      return Undefined.name("No " + (first ? "first" : "last") + " item, sequence was empty.");
    }
    return items.get(first ? 0 : items.size() - 1);
  }

  private static Object join(Object value, Arguments arguments) {
    UnaryOperator<Object> key = key(arguments, 1, "attribute");
    return Values.iterate(value).stream()
        .map(item -> Repr.str(key.apply(item)))
        .collect(Collectors.joining(Repr.str(arguments.get(0, "d", ""))));
  }

  private static Object reverse(Object value) {
    if (value instanceof String s) {
      return new StringBuilder(s).reverse().toString();
    }
    List<Object> reversed = new ArrayList<>(Values.iterate(value));
    Collections.reverse(reversed);
    return reversed;
  }

  private static UnaryOperator<Object> key(Arguments arguments, int position, String name) {
    Object attribute = arguments.get(position, name, None.NONE);
    if (attribute == None.NONE) {
      return UnaryOperator.identity();
    }
    return item -> Filters.path(item, Repr.str(attribute));
  }

  private static Object ignoreCase(Object value, boolean caseSensitive) {
    return value instanceof String s && !caseSensitive ? PyText.lower(s) : value;
  }

  private static Comparator<Object> order(UnaryOperator<Object> key, boolean caseSensitive) {
    return (a, b) ->
        Values.compare(
            "<", ignoreCase(key.apply(a), caseSensitive), ignoreCase(key.apply(b), caseSensitive));
  }

  private static Object sort(Object value, Arguments arguments) {
    List<Object> sorted = new ArrayList<>(Values.iterate(value));
    Comparator<Object> order =
        order(key(arguments, 2, "attribute"), arguments.truth(1, "case_sensitive", false));
    sorted.sort(arguments.truth(0, "reverse", false) ? order.reversed() : order);
    return sorted;
  }

  private static Object unique(Object value, Arguments arguments) {
    boolean caseSensitive = arguments.truth(0, "case_sensitive", false);
    UnaryOperator<Object> key = key(arguments, 1, "attribute");
    List<Object> seen = new ArrayList<>();
    List<Object> kept = new ArrayList<>();
    for (Object item : Values.iterate(value)) {
      Object id = ignoreCase(key.apply(item), caseSensitive);
      if (seen.stream().noneMatch(other -> Values.equal(other, id))) {
        seen.add(id);
        kept.add(item);
      }
    }
    return kept;
  }

  private static Object extreme(Object value, Arguments arguments, int sign) {
    Comparator<Object> order =
        order(key(arguments, 1, "attribute"), arguments.truth(0, "case_sensitive", false));
    Object best = null;
    for (Object item : Values.iterate(value)) {
      if (best == null || sign * order.compare(item, best) > 0) {
        best = item;
      }
    }
    return best == null ? Undefined.name("No aggregated item, sequence was empty.") : best;
  }

  private static Object sum(Object value, Arguments arguments) {
    UnaryOperator<Object> key = key(arguments, 0, "attribute");
    Object total = arguments.get(1, "start", 0L);
    for (Object item : Values.iterate(value)) {
      total = Arithmetic.apply("+", total, key.apply(item));
    }
    return total;
  }

  private static Object map(Object value, Arguments arguments) {
    List<Object> mapped = new ArrayList<>();
    Object attribute = arguments.named().get("attribute");
    for (Object item : Values.iterate(value)) {
      if (attribute == null) {
        mapped.add(Filters.apply(arguments.text(0, "filter", ""), item, arguments.after(1)));
        continue;
      }
      Object otherwise = arguments.named().get("default");
      mapped.add(Filters.path(item, Repr.str(attribute), otherwise));
    }
    return mapped;
  }

  private static Object select(
      Object value, Arguments arguments, boolean byAttribute, boolean keep) {
    int skip = byAttribute ? 1 : 0;
    List<Object> kept = new ArrayList<>();
    for (Object item : Values.iterate(value)) {
      Object tested =
          byAttribute ? Filters.path(item, Repr.str(arguments.require(0, "attribute"))) : item;
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
    return kept;
  }

  private static Object groupBy(Object value, Arguments arguments) {
    UnaryOperator<Object> key = key(arguments, 0, "attribute");
    List<Object> sorted = new ArrayList<>(Values.iterate(value));
    sorted.sort(order(key, false));
    Map<Object, List<Object>> groups = new LinkedHashMap<>();
    for (Object item : sorted) {
      groups.computeIfAbsent(key.apply(item), k -> new ArrayList<>()).add(item);
    }
    List<Object> pairs = new ArrayList<>();
    groups.forEach((group, items) -> pairs.add(PyTuple.of(group, items)));
    return pairs;
  }

  private static Object batch(Object value, Arguments arguments) {
    List<Object> items = Values.iterate(value);
    int size = (int) Math.max(1, Values.asLong(arguments.require(0, "linecount")));
    Object fill = arguments.find(1, "fill_with");
    List<Object> batches = new ArrayList<>();
    for (int from = 0; from < items.size(); from += size) {
      List<Object> batch =
          new ArrayList<>(items.subList(from, Math.min(items.size(), from + size)));
      while (fill != null && batch.size() < size) {
        batch.add(fill);
      }
      batches.add(batch);
    }
    return batches;
  }

  private static Object items(Object value) {
    if (value instanceof Undefined) {
      return List.of();
    }
    if (value instanceof Map<?, ?> map) {
      return Methods.items(map);
    }
    throw new TemplateException("Can only get item pairs from a mapping.");
  }

  private static Object dictSort(Object value, Arguments arguments) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new TemplateException(
          "dictsort wants a mapping, not " + Repr.quote(Values.typeName(value)));
    }
    int position = arguments.text(1, "by", "key").equals("value") ? 1 : 0;
    List<Object> sorted = Methods.items(map);
    Comparator<Object> order =
        order(
            pair -> Attributes.item(pair, (long) position),
            arguments.truth(0, "case_sensitive", false));
    sorted.sort(arguments.truth(2, "reverse", false) ? order.reversed() : order);
    return sorted;
  }
}
