package dev.fettle.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Stages by name, each as it is written. */
final class StagesKind extends Kind<Map<String, ConfigTree.Branch>> {
  /** Names of directories, and of one part of a key. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

  static Key<Map<String, ConfigTree.Branch>> key() {
    return Key.of(
        Stages.KEY,
        new StagesKind(),
        "makes the file a recipe: runs one after the other, each with all the keys of this page"
            + " under a name of its own; what stands beside `stages` holds for all of them");
  }

  @Override
  @Nullable Map<String, ConfigTree.Branch> read(Entry entry) {
    if (!(entry.tree() instanceof ConfigTree.Branch all) || all.entries().isEmpty()) {
      entry.wrong(expected());
      return null;
    }
    Map<String, ConfigTree.Branch> stages = new LinkedHashMap<>();
    Section section = entry.section().below(entry.key(), all);
    all.entries()
        .forEach(
            (name, tree) -> {
              if (!NAME.matcher(name).matches()) {
                section.problem(
                    name, "cannot be the name of a stage; letters, digits, '_' and '-' can");
              } else if (tree instanceof ConfigTree.Branch branch) {
                stages.put(name, branch);
              } else {
                section.problem(
                    name,
                    "expected the sections of a run, such as 'model:', got " + tree.describe());
              }
            });
    return stages.size() == all.entries().size() ? Collections.unmodifiableMap(stages) : null;
  }

  @Override
  Object plain(Map<String, ConfigTree.Branch> value) {
    throw new IllegalStateException("a recipe is written stage by stage");
  }

  @Override
  String expected() {
    return "stages, as in 'sft: { model: ..., data: ... }'";
  }

  @Override
  String many() {
    return "stages";
  }

  @Override
  String column() {
    return "runs, each under a name";
  }

  @Override
  boolean fits(Type component) {
    return component instanceof ParameterizedType p && p.getRawType() == Map.class;
  }
}
