package dev.fettle.settings;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One section as it is read: what is written in it, and which of its keys were asked for. */
class Section {

  /** What a problem is reported to, and what paths and references to stages are relative to. */
  record Context(Problems problems, Path base, StagePaths stages) {}

  private final Context context;
  private final String path;
  private final ConfigTree.Branch tree;
  private final Set<String> asked = new LinkedHashSet<>();
  private final Map<String, String> misplaced = new LinkedHashMap<>();

  Section(Context context, String path, ConfigTree.Branch tree) {
    this.context = context;
    this.path = path;
    this.tree = tree;
  }

  /** What is written under a key; null where nothing is, or the key is set to nothing. */
  @Nullable ConfigTree get(String key) {
    asked.add(key);
    ConfigTree below = tree.entries().get(key);
    return below instanceof ConfigTree.Leaf leaf && leaf.value() == null ? null : below;
  }

  boolean has(String key) {
    return get(key) != null;
  }

  /** Everything that is written in it. */
  Set<String> names() {
    return new LinkedHashSet<>(tree.entries().keySet());
  }

  /** Where the section begins. */
  Place place() {
    return tree.place();
  }

  Section below(String key, ConfigTree.Branch branch) {
    return new Section(context, Problems.join(path, key), branch);
  }

  /** A section whose one key is told of as the key above it. */
  Section inPlaceOf(String key, ConfigTree.Branch branch) {
    return new Section(context, Problems.join(path, key), branch) {
      @Override
      void problem(String name, String message) {
        Section.this.problem(key, branch.place(), message);
      }

      @Override
      void problem(String name, Place place, String message) {
        Section.this.problem(key, place, message);
      }
    };
  }

  /** Reports a problem with a key, or with one of a section below, as in {@code schedule.type}. */
  void problem(String key, String message) {
    ConfigTree at = tree;
    for (String name : key.split("\\.", -1)) {
      ConfigTree next = at instanceof ConfigTree.Branch b ? b.entries().get(name) : null;
      at = next == null ? at : next;
    }
    problem(key, at.place(), message);
  }

  /** Reports a problem with a key at another place than its own. */
  void problem(String key, Place place, String message) {
    context.problems.add(place, Problems.join(path, key), message);
  }

  /** Reports a problem with the whole section. */
  void problem(String message) {
    context.problems.add(tree.place(), path, message);
  }

  /** Keys that exist, though it cannot be said whether they are wanted here. */
  void tolerate(Set<String> keys) {
    asked.addAll(keys);
  }

  /** Keys that exist, but not with what is written elsewhere in the section. */
  void misplaced(Set<String> keys, String why) {
    keys.forEach(k -> misplaced.putIfAbsent(k, why));
  }

  /** Reports the keys nobody asked for; to be called when the section is read. */
  void done() {
    tree.entries()
        .forEach(
            (name, value) -> {
              if (asked.contains(name)) {
                return;
              }
              String why = misplaced.get(name);
              if (why != null) {
                problem(name, "unknown key " + why);
              } else {
                context.problems.unknown(value.place(), path, name, asked);
              }
            });
  }

  /** A key of it from the root, as in {@code optimizer.betas}. */
  String pathOf(String key) {
    return Problems.join(path, key);
  }

  /** Where references to stages lead. */
  StagePaths stages() {
    return context.stages;
  }

  /**
   * A path relative to the file; a leading ~ is the home directory.
   *
   * @throws java.nio.file.InvalidPathException where it cannot be one
   */
  Path resolved(String text) {
    String home = System.getProperty("user.home", "");
    String expanded = text.startsWith("~/") ? home + text.substring(1) : text;
    return context.base.resolve(expanded).toAbsolutePath().normalize();
  }
}
