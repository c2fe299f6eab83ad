package dev.fettle.settings;

import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A section one of whose keys may stand in place of the whole, as {@code a.jsonl} for its path. */
final class ShortSectionKind<S> extends Kind<S> {
  private final Keys<S> keys;
  private final String alone;

  /**
   * A section of its own keys.
   *
   * @param alone the key whose value may stand by itself
   */
  ShortSectionKind(Keys<S> keys, String alone) {
    this.keys = keys;
    this.alone = alone;
  }

  @Override
  @Nullable S read(Entry entry) {
    if (entry.tree() instanceof ConfigTree.Branch branch) {
      return read(entry, branch);
    }
    if (entry.tree() instanceof ConfigTree.Leaf leaf) {
      if (keys.type().isInstance(leaf.value())) {
        Map<String, Object> flat = keys.flat(keys.type().cast(leaf.value()));
        return read(entry, CodeTree.nested(flat, leaf.place()));
      }
      ConfigTree.Branch branch = ConfigTree.Branch.empty(leaf.place());
      branch.entries().put(alone, leaf);
      // Problems are told of the key itself, which is what is written.
      Section section = entry.section().inPlaceOf(entry.key(), branch);
      S settings = keys.read(section);
      section.done();
      return settings;
    }
    entry.wrong(expected());
    return null;
  }

  private @Nullable S read(Entry entry, ConfigTree.Branch branch) {
    Section below = entry.section().below(entry.key(), branch);
    S settings = keys.read(below);
    below.done();
    return settings;
  }

  @Override
  Object plain(S value) {
    Map<String, Object> flat = keys.flat(value);
    Object lone = flat.get(alone);
    return flat.size() == 1 && lone != null ? lone : new LinkedHashMap<>(flat);
  }

  @Override
  boolean isSection() {
    return true;
  }

  private String names() {
    StringBuilder names = new StringBuilder();
    keys.rows("").forEach(r -> names.append(names.isEmpty() ? "" : ", ").append(r.path()));
    return names.toString();
  }

  @Override
  String expected() {
    return "a " + alone + ", or a section with " + names();
  }

  @Override
  String many() {
    return alone + "s, or sections with " + names();
  }

  @Override
  String column() {
    return alone + ", or `{" + names() + "}`";
  }

  @Override
  boolean fits(Type component) {
    return holds(component, keys.type());
  }
}
