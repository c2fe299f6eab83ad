package dev.fettle.settings;

import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A section one of whose keys may stand in place of the whole, as {@code a.jsonl} for its path. */
final class ShortSectionKind<S> extends Kind<S> {
  private final Keys<S> keys;
  private final String alone;
  private final Optional<Shorthand> shorthand;

  /**
   * A section of its own keys.
   *
   * @param alone the key whose value may stand by itself
   */
  ShortSectionKind(Keys<S> keys, String alone) {
    this(keys, alone, Optional.empty());
  }

  /** A section for which a name or a path may stand. */
  ShortSectionKind(Keys<S> keys, Shorthand shorthand) {
    this(keys, shorthand.word(), Optional.of(shorthand));
  }

  private ShortSectionKind(Keys<S> keys, String alone, Optional<Shorthand> shorthand) {
    this.keys = keys;
    this.alone = alone;
    this.shorthand = shorthand;
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
      branch.entries().put(keyOf(entry), leaf);
      // Problems are told of the key itself, which is what is written.
      Section section = entry.section().inPlaceOf(entry.key(), branch);
      S settings = keys.read(section);
      section.done();
      return settings;
    }
    entry.wrong(expected());
    return null;
  }

  private String keyOf(Entry entry) {
    return shorthand
        .flatMap(s -> entry.text().map(text -> s.key(text, entry.section())))
        .orElse(alone);
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

  /** Its table, where its keys are told with the others; those of a name's options are apart. */
  Optional<Keys<?>> below() {
    return shorthand.isPresent() ? Optional.empty() : Optional.of(keys);
  }

  private String names() {
    // A key that several types have is named once.
    return keys.rows("").stream().map(KeyRow::path).distinct().collect(Collectors.joining(", "));
  }

  @Override
  String expected() {
    return shorthand
        .map(Shorthand::one)
        .orElseGet(() -> "a " + alone + ", or a section with " + names());
  }

  @Override
  String many() {
    return shorthand.map(Shorthand::many).orElseGet(() -> alone + "s, or sections with " + names());
  }

  @Override
  String column() {
    return shorthand.map(Shorthand::one).orElseGet(() -> alone + ", or `{" + names() + "}`");
  }

  @Override
  boolean fits(Type component) {
    return holds(component, keys.type());
  }
}
