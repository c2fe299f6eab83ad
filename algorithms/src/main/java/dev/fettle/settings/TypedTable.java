package dev.fettle.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Settings of one of several types, named by a key. */
final class TypedTable<T> implements Keys.Table<T> {
  private final Class<T> type;
  private final Function<? super T, String> typeOf;
  private final Key<String> key;
  private final Map<String, Keys<? extends T>> variants;

  TypedTable(
      Class<T> type,
      Function<? super T, String> typeOf,
      Key<String> key,
      Map<String, ? extends Keys<? extends T>> variants) {
    this.type = type;
    this.typeOf = typeOf;
    this.key = key.withKind(new ChoiceKind<>(Choices.words(variants.keySet())));
    this.variants = new LinkedHashMap<>(variants);
    if (key.presence() instanceof Presence.Otherwise<String> o
        && !variants.containsKey(o.value())) {
      throw new IllegalArgumentException("the default '" + o.value() + "' is none of the types");
    }
    variants.forEach(
        (name, keys) -> {
          if (names(keys).contains(key.component())) {
            throw new IllegalArgumentException(
                "'" + name + "' has a key '" + key.component() + "', which names the type itself");
          }
        });
  }

  @Override
  public Class<T> type() {
    return type;
  }

  @Override
  public @Nullable T read(Section section) {
    String name = key.read(section, Map.of());
    Keys<? extends T> keys = name == null ? null : variants.get(name);
    if (keys == null) {
      variants.values().forEach(other -> section.tolerate(names(other)));
      return null;
    }
    Set<String> foreign = foreignNames(keys);
    variants.forEach(
        (other, theirs) ->
            section.misplaced(
                without(foreign, names(theirs)),
                "with "
                    + key.component()
                    + " "
                    + name
                    + "; it goes with "
                    + key.component()
                    + " "
                    + other));
    return keys.read(section);
  }

  /** The names of a table's keys in its own section. */
  private static Set<String> names(Keys<?> keys) {
    Set<String> names = new LinkedHashSet<>();
    keys.rows("").forEach(row -> names.add(Problems.first(row.path())));
    return names;
  }

  /** What other trainers call its keys; one of these may be another type's key here. */
  private static Set<String> foreignNames(Keys<?> keys) {
    Set<String> names = new LinkedHashSet<>();
    keys.rows("").forEach(row -> row.key().also().forEach(n -> names.add(Nearest.plain(n))));
    return names;
  }

  private static Set<String> without(Set<String> plain, Set<String> names) {
    names.removeIf(n -> plain.contains(Nearest.plain(n)));
    return names;
  }

  @Override
  public void write(T settings, String prefix, Map<String, Object> out) {
    String name = typeOf.apply(settings);
    Keys<? extends T> keys = variants.get(name);
    if (keys == null) {
      throw new IllegalArgumentException("there is no type '" + name + "' in " + variants.keySet());
    }
    key.write(name, prefix, out);
    write(keys, settings, prefix, out);
  }

  private static <V> void write(
      Keys<V> keys, Object settings, String prefix, Map<String, Object> out) {
    keys.write(keys.type().cast(settings), prefix, out);
  }

  @Override
  public List<KeyRow> rows(String prefix) {
    List<KeyRow> rows = new ArrayList<>(key.rows(prefix));
    variants.forEach(
        (name, keys) ->
            keys.rows(prefix).forEach(row -> rows.add(variants.size() > 1 ? row.only(name) : row)));
    return rows;
  }

  @Override
  public List<Note> notes() {
    List<Note> notes = new ArrayList<>();
    variants.values().forEach(keys -> notes.addAll(keys.notes()));
    return notes;
  }
}
