package dev.fettle.settings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lays settings over others, by their table: sections are joined key by key, everything else is
 * replaced. What the upper ones say takes the place of whatever cannot stand beside it.
 */
final class Layers {
  private static final String TYPE = "type";

  private final Map<String, List<KeyRow>> rows = new HashMap<>();

  Layers(Keys<?> table) {
    for (KeyRow row : table.rows("")) {
      rows.merge(
          row.path(),
          List.of(row),
          (a, b) -> {
            List<KeyRow> both = new ArrayList<>(a);
            both.addAll(b);
            return List.copyOf(both);
          });
    }
  }

  /** Both, the upper one first. */
  ConfigTree.Branch over(ConfigTree.Branch lower, ConfigTree.Branch upper) {
    return over(lower, upper, "");
  }

  private ConfigTree.Branch over(ConfigTree.Branch lower, ConfigTree.Branch upper, String path) {
    LinkedHashMap<String, ConfigTree> entries = new LinkedHashMap<>(lower.entries());
    typeGoesAlong(entries, upper, path);
    upper
        .entries()
        .forEach(
            (name, above) -> {
              String key = Problems.join(path, name);
              ConfigTree below = entries.get(name);
              if (isNothing(above) && isTable(key)) {
                // A section without keys, as in "optimizer:", says nothing.
                entries.putIfAbsent(name, above);
              } else if (above instanceof ConfigTree.Branch up
                  && below instanceof ConfigTree.Branch low
                  && isSection(key)) {
                entries.put(name, over(low, up, key));
              } else {
                entries.put(name, above);
              }
            });
    upper.entries().keySet().forEach(name -> withoutRivals(entries, upper, path, name));
    return new ConfigTree.Branch(upper.place(), entries);
  }

  /** Puts one setting over all others. */
  void put(ConfigTree.Branch root, String path, ConfigTree value, Problems problems) {
    Overrides.put(root, path, value, problems);
    int dot = path.lastIndexOf('.');
    String section = dot < 0 ? "" : path.substring(0, dot);
    ConfigTree at = root;
    for (String name : section.isEmpty() ? new String[0] : section.split("\\.", -1)) {
      at = at instanceof ConfigTree.Branch branch ? branch.entries().get(name) : null;
    }
    if (at instanceof ConfigTree.Branch branch && !isNothing(value)) {
      rivals(path).forEach(branch.entries()::remove);
    }
  }

  /** Keys that go with another type than the upper settings have are left out. */
  private void typeGoesAlong(
      Map<String, ConfigTree> entries, ConfigTree.Branch upper, String path) {
    String type = text(upper.entries().get(TYPE));
    if (type == null || !rows.containsKey(Problems.join(path, TYPE))) {
      return;
    }
    entries
        .keySet()
        .removeIf(
            name -> {
              List<KeyRow> known = rows.getOrDefault(Problems.join(path, name), List.of());
              return !known.isEmpty()
                  && known.stream().noneMatch(r -> r.type().isEmpty() || r.type().equals(type));
            });
  }

  private void withoutRivals(
      Map<String, ConfigTree> entries, ConfigTree.Branch upper, String path, String name) {
    if (isNothing(upper.entries().get(name))) {
      return;
    }
    for (String rival : rivals(Problems.join(path, name))) {
      if (isNothing(upper.entries().get(rival))) {
        entries.remove(rival);
      }
    }
  }

  /** The keys of the same section of which only one can be given. */
  private List<String> rivals(String path) {
    int dot = path.lastIndexOf('.') + 1;
    String section = path.substring(0, dot);
    String name = path.substring(dot);
    return rows.entrySet().stream()
        .filter(e -> e.getKey().startsWith(section) && e.getKey().indexOf('.', dot) < 0)
        .flatMap(e -> e.getValue().stream())
        .filter(r -> r.key().rival().isPresent())
        .flatMap(
            r -> {
              String other = r.key().rival().orElseThrow();
              return r.name().equals(name)
                  ? Stream.of(other)
                  : other.equals(name) ? Stream.of(r.name()) : Stream.empty();
            })
        .distinct()
        .toList();
  }

  private boolean isSection(String key) {
    return rows.getOrDefault(key, List.of()).stream().anyMatch(r -> r.key().below().isPresent());
  }

  /** A section that is always there. */
  private boolean isTable(String key) {
    return rows.getOrDefault(key, List.of()).stream()
        .anyMatch(r -> r.key().kind() instanceof SectionKind<?>);
  }

  static boolean isNothing(@Nullable ConfigTree tree) {
    return tree == null || (tree instanceof ConfigTree.Leaf leaf && leaf.value() == null);
  }

  private static @Nullable String text(@Nullable ConfigTree tree) {
    return tree instanceof ConfigTree.Leaf leaf && leaf.value() != null ? leaf.written() : null;
  }
}
