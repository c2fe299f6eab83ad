package dev.fettle.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a key names: one of a list, with options of its own, or something that is not listed here
 * and may be known to the program, which has none. Beside these stand keys that all have.
 */
final class ChosenTable<C extends Record> implements Keys.Table<Chosen<C>> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

  private final Key<String> key;
  private final Map<String, Keys<? extends Record>> listed;
  private final Keys<C> common;

  ChosenTable(
      Key<String> key, Map<String, ? extends Keys<? extends Record>> listed, Keys<C> common) {
    this.key = key;
    this.listed = new LinkedHashMap<>(listed);
    this.common = common;
    Set<String> taken = names(common);
    taken.add(key.component());
    listed.forEach(
        (name, keys) -> {
          Set<String> twice = names(keys);
          twice.retainAll(taken);
          if (!twice.isEmpty()) {
            throw new IllegalArgumentException(
                "'" + name + "' has keys that all of its list have: " + String.join(", ", twice));
          }
        });
  }

  /** The names of a table's keys in its own section. */
  private static Set<String> names(Keys<?> keys) {
    Set<String> names = new LinkedHashSet<>();
    keys.rows("").forEach(row -> names.add(Problems.first(row.path())));
    return names;
  }

  @Override
  @SuppressWarnings("unchecked") // a class knows nothing of its parameters
  public Class<Chosen<C>> type() {
    return (Class<Chosen<C>>) (Class<?>) Chosen.class;
  }

  @Override
  public @Nullable Chosen<C> read(Section section) {
    String name = key.read(section, Map.of());
    C told = common.read(section);
    if (name == null) {
      tolerateAll(section);
      return null;
    }
    Keys<? extends Record> keys = listed.get(name);
    if (keys == null) {
      return isOther(section, name) && told != null
          ? new Chosen<>(name, Optional.empty(), told)
          : null;
    }
    listed.forEach(
        (other, theirs) ->
            section.misplaced(names(theirs), with(name) + "; it goes" + " " + with(other)));
    Record options = keys.read(section);
    return options == null || told == null ? null : new Chosen<>(name, Optional.of(options), told);
  }

  private String with(String name) {
    return "with " + key.component() + " " + name;
  }

  /**
   * A name that is not listed has no options: where some are given, one that is listed is meant.
   */
  private boolean isOther(Section section, String name) {
    Set<String> beside = section.names();
    beside.removeAll(names(common));
    beside.remove(key.component());
    if (beside.isEmpty() && NAME.matcher(name).matches()) {
      return true;
    }
    tolerateAll(section);
    section.problem(
        key.component(),
        "expected one of "
            + String.join(", ", listed.keySet())
            + ", got '"
            + name
            + "'"
            + Nearest.to(name, listed.keySet()).map(n -> "; did you mean '" + n + "'?").orElse(""));
    return false;
  }

  private void tolerateAll(Section section) {
    listed.values().forEach(keys -> section.tolerate(names(keys)));
  }

  @Override
  public void write(Chosen<C> chosen, String prefix, Map<String, Object> out) {
    key.write(chosen.name(), prefix, out);
    Keys<? extends Record> keys = listed.get(chosen.name());
    if (keys != null) {
      write(keys, chosen.options().orElseThrow(), prefix, out);
    }
    common.write(chosen.common(), prefix, out);
  }

  private static <S> void write(
      Keys<S> keys, Record options, String prefix, Map<String, Object> out) {
    keys.write(keys.type().cast(options), prefix, out);
  }

  @Override
  public List<KeyRow> rows(String prefix) {
    List<KeyRow> rows = new ArrayList<>(key.rows(prefix));
    rows.addAll(common.rows(prefix));
    listed.forEach((name, keys) -> keys.rows(prefix).forEach(row -> rows.add(row.only(name))));
    return rows;
  }

  @Override
  public List<Note> notes() {
    List<Note> notes = new ArrayList<>(common.notes());
    listed.values().forEach(keys -> notes.addAll(keys.notes()));
    return notes;
  }
}
