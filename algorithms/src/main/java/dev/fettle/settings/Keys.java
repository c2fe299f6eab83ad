package dev.fettle.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The table of one section's keys. All that is known of a key stands in it once, and reading,
 * writing, documenting and suggesting follow from it.
 *
 * <pre>{@code
 * record MySettings(double beta, Kind loss, Optional<Path> reference, List<Double> weights)
 *     implements AlgorithmSettings {
 *   static final Keys<MySettings> KEYS =
 *       Keys.of(
 *           MySettings.class,
 *           Key.number("beta", Range.above(0), "how far the policy may move").otherwise(0.1),
 *           Key.choice("loss", Kind.class, "which loss").otherwise(Kind.SIGMOID),
 *           Key.directory("reference", "the model to stay near").optional("the policy at first"),
 *           Key.number("weights", Range.atLeast(0), "of the rows").list().otherwise(List.of()));
 *   ...
 * }
 * }</pre>
 *
 * <p>Tables are immutable. Read a section by itself with {@link SettingsReader}.
 *
 * @param <S> the section's record
 */
public final class Keys<S> {

  /** What a section is read into and written from. */
  interface Table<S> {
    Class<S> type();

    /** The settings; null where a problem was reported. */
    @Nullable S read(Section section);

    void write(S settings, String prefix, Map<String, Object> out);

    List<KeyRow> rows(String prefix);

    List<Note> notes();
  }

  private record Rule<S>(
      String key, Predicate<? super S> holds, Function<? super S, String> problem) {}

  private final Table<S> table;
  private final List<Rule<S>> rules;
  private final List<Note> notes;

  private Keys(Table<S> table, List<Rule<S>> rules, List<Note> notes) {
    this.table = table;
    this.rules = List.copyOf(rules);
    this.notes = List.copyOf(notes);
  }

  /**
   * The table of a record: a part for each component, of its name and type. They are written and
   * documented in the order given here.
   *
   * <p>An IllegalArgumentException of the record's constructor is a problem with the section.
   *
   * @throws IllegalArgumentException where parts and components differ
   */
  public static <S extends Record> Keys<S> of(Class<S> type, Part<?>... parts) {
    return new Keys<>(new RecordTable<>(type, List.of(parts)), List.of(), List.of());
  }

  /**
   * The table of a section whose {@code type} says which keys it has.
   *
   * @param type what all of them are
   * @param typeOf the name of the one some settings are
   * @param key names it: a text whose default, if any, is one of the names
   * @param variants each name's table, in the order in which they are listed
   */
  public static <T> Keys<T> byType(
      Class<T> type,
      Function<? super T, String> typeOf,
      Key<String> key,
      Map<String, ? extends Keys<? extends T>> variants) {
    return new Keys<>(new TypedTable<>(type, typeOf, key, variants), List.of(), List.of());
  }

  /**
   * The table of a section whose {@code key} names one of a list, each with options of its own, or
   * something the list does not have: that has no options, and whoever uses the settings says
   * whether there is such a thing.
   *
   * @param key names it
   * @param listed the options of each name, in the order in which they are documented
   * @param common keys that all have
   * @throws IllegalArgumentException where one has a key that all have
   */
  public static <C extends Record> Keys<Chosen<C>> chosen(
      Key<String> key, Map<String, ? extends Keys<? extends Record>> listed, Keys<C> common) {
    return new Keys<>(new ChosenTable<>(key, listed, common), List.of(), List.of());
  }

  /**
   * A component whose keys stand in the section of the whole record, not in one of their own.
   *
   * @param component the component's name
   */
  public static <S> Part<S> inline(String component, Keys<S> keys) {
    return new InlinePart<>(component, keys);
  }

  /**
   * The same section made into something else.
   *
   * @param to makes it; an IllegalArgumentException is a problem with the section
   * @param from takes it back, to write it
   */
  public <U> Keys<U> as(
      Class<U> type, Function<? super S, ? extends U> to, Function<? super U, ? extends S> from) {
    return new Keys<>(new MappedTable<>(this, type, to, from), List.of(), List.of());
  }

  /**
   * What else must hold, once every key of the section is right by itself.
   *
   * @param key the key that is said to be wrong where it does not, as in {@code batchSize}, or
   *     {@code schedule.type} of a section below
   * @param problem what is wrong, as in {@code is 64, more than the batchSize of 32}
   */
  public Keys<S> rule(String key, Predicate<? super S> holds, Function<? super S, String> problem) {
    if (rows("").stream().noneMatch(r -> r.path().equals(key))) {
      throw new IllegalArgumentException("a rule is about '" + key + "', which is no key");
    }
    List<Rule<S>> more = new ArrayList<>(rules);
    more.add(new Rule<>(key, holds, problem));
    return new Keys<>(table, more, notes);
  }

  /**
   * Names of other trainers that are no key here.
   *
   * @param sentence what to do instead, after "unknown key;"
   * @param names theirs, as in {@code gradient_accumulation_steps}
   */
  public Keys<S> note(String sentence, String... names) {
    List<Note> more = new ArrayList<>(notes);
    for (String name : names) {
      more.add(new Note(name, sentence));
    }
    return new Keys<>(table, rules, more);
  }

  Class<S> type() {
    return table.type();
  }

  /** Reads the section as far as it is right; null where a problem was reported. */
  @Nullable S read(Section section) {
    S settings = table.read(section);
    if (settings == null) {
      return null;
    }
    boolean good = true;
    for (Rule<S> rule : rules) {
      if (!rule.holds().test(settings)) {
        section.problem(rule.key(), rule.problem().apply(settings));
        good = false;
      }
    }
    return good ? settings : null;
  }

  /** Puts every setting under its path; absent ones are left out. */
  void write(S settings, String prefix, Map<String, Object> out) {
    table.write(settings, prefix, out);
  }

  /** Every setting by its path. */
  Map<String, Object> flat(S settings) {
    Map<String, Object> out = new LinkedHashMap<>();
    write(settings, "", out);
    return out;
  }

  /** Every key of this section and those below, in the order of the documentation. */
  List<KeyRow> rows(String prefix) {
    return table.rows(prefix);
  }

  List<Note> notes() {
    List<Note> all = new ArrayList<>(table.notes());
    all.addAll(notes);
    return all;
  }
}
