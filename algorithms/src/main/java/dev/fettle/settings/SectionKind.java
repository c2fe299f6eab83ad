package dev.fettle.settings;

import java.lang.reflect.Type;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A section of its own keys. */
final class SectionKind<S> extends Kind<S> {
  private final Keys<S> keys;

  SectionKind(Keys<S> keys) {
    this.keys = keys;
  }

  Keys<S> keys() {
    return keys;
  }

  @Override
  @Nullable S read(Entry entry) {
    if (entry.tree() instanceof ConfigTree.Branch branch) {
      return read(entry, branch);
    }
    if (entry.tree() instanceof ConfigTree.Leaf leaf && keys.type().isInstance(leaf.value())) {
      // Settings that code made are checked as if they had been written down.
      Map<String, Object> flat = keys.flat(keys.type().cast(leaf.value()));
      return read(entry, CodeTree.nested(flat, leaf.place()));
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
    throw new IllegalStateException("a section stands under its own key, never in a list");
  }

  @Override
  void write(String path, S value, Map<String, Object> out) {
    keys.write(value, path + ".", out);
  }

  @Override
  String expected() {
    return "a section with keys";
  }

  @Override
  String many() {
    return "sections";
  }

  @Override
  String column() {
    return "section";
  }

  @Override
  boolean fits(Type component) {
    return holds(component, keys.type());
  }
}
