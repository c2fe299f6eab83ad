package dev.fettle.settings;

import dev.fettle.settings.Presence.Otherwise;
import dev.fettle.settings.Presence.Required;
import dev.fettle.settings.Presence.SameAs;
import dev.fettle.settings.Presence.Unless;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One setting: its name, what it may be, what holds where it is not given, and what it means.
 *
 * <pre>{@code
 * Key.number("beta", Range.above(0), "how far the policy may move").otherwise(0.1).also("kl_coef")
 * Key.directory("reference", "the model to stay near").optional("the policy before training")
 * }</pre>
 *
 * <p>A key without {@link #otherwise} or {@link #optional} must be given. Keys are immutable; each
 * method gives a new one.
 *
 * @param <T> the type of the record's component that holds it
 */
public final class Key<T> extends Part<T> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

  /** What a key is called and what is said of it. */
  private record Label(String name, String meaning, List<String> also) {}

  /** Another key that may stand in its place, and what is said where both are given. */
  private record Rival(String key, String advice) {}

  private final Label label;
  private final Kind<T> kind;
  private final Presence<T> presence;
  private final Optional<Rival> rival;

  private Key(Label label, Kind<T> kind, Presence<T> presence, Optional<Rival> rival) {
    this.label = label;
    this.kind = kind;
    this.presence = presence;
    this.rival = rival;
  }

  static <T> Key<T> of(String name, Kind<T> kind, String meaning) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' cannot be the name of a key");
    }
    Label label = new Label(name, meaning, List.of());
    return new Key<>(label, kind, new Required<>(""), Optional.empty());
  }

  /** True or false. */
  public static Key<Boolean> flag(String name, String meaning) {
    return of(name, ScalarKind.flag(), meaning);
  }

  /** A text; numbers and truth values are taken as they are written. */
  public static Key<String> text(String name, String meaning) {
    return of(name, ScalarKind.text(), meaning);
  }

  /** A finite number. */
  public static Key<Double> number(String name, Range range, String meaning) {
    return of(name, ScalarKind.number(range), meaning);
  }

  /** A whole number. */
  public static Key<Long> whole(String name, Range range, String meaning) {
    return of(name, ScalarKind.whole(range), meaning);
  }

  /** A whole number that fits an int. */
  public static Key<Integer> size(String name, Range range, String meaning) {
    return of(name, ScalarKind.size(range), meaning);
  }

  /** A constant of an enum, by its name in lower case. */
  public static <E extends Enum<E>> Key<E> choice(String name, Class<E> type, String meaning) {
    return choice(name, Choices.of(type), meaning);
  }

  /** One of several names. */
  public static <T> Key<T> choice(String name, Choices<T> choices, String meaning) {
    return of(name, new ChoiceKind<>(choices), meaning);
  }

  /** A path that need not exist, relative to the configuration's file; ~/ is the home directory. */
  public static Key<Path> path(String name, String meaning) {
    return of(name, new PathKind(PathKind.Wanted.ANYTHING), meaning);
  }

  /** A file that exists. */
  public static Key<Path> file(String name, String meaning) {
    return of(name, new PathKind(PathKind.Wanted.FILE), meaning);
  }

  /** A directory that exists. */
  public static Key<Path> directory(String name, String meaning) {
    return of(name, new PathKind(PathKind.Wanted.DIRECTORY), meaning);
  }

  /** Names and texts, as in {@code {prompt: question}}. */
  public static Key<Map<String, String>> texts(String name, String meaning) {
    return of(name, new TextsKind(), meaning);
  }

  /** A section below. Where it is absent, its keys have their defaults. */
  public static <S> Key<S> section(String name, Keys<S> keys, String meaning) {
    return of(name, new SectionKind<>(keys), meaning);
  }

  /**
   * A section that may stand in a list; the value of one of its keys may stand in place of the
   * whole, as {@code a.jsonl} in place of {@code {path: a.jsonl}}.
   *
   * @param alone that key, the others having defaults
   */
  public static <S> Key<S> shortSection(String name, Keys<S> keys, String alone, String meaning) {
    return of(name, new ShortSectionKind<>(keys, alone), meaning);
  }

  /** A section that may stand in a list, and for which a name or a path may stand. */
  public static <S> Key<S> shortSection(
      String name, Keys<S> keys, Shorthand shorthand, String meaning) {
    return of(name, new ShortSectionKind<>(keys, shorthand), meaning);
  }

  /**
   * What rows are read from: a file, a directory, or a pattern, of which there is at least one
   * file.
   */
  public static Key<Path> rows(String name, String meaning) {
    return of(name, new PathKind(PathKind.Wanted.ROWS), meaning);
  }

  /**
   * Such values under names of the user's own, as in {@code {easy: a.jsonl, hard: b.jsonl}}; one
   * alone may be given without a name, and has the empty one.
   *
   * @param reserved names that would be mistaken for keys of such a value
   */
  public Key<Map<String, T>> named(String... reserved) {
    requireUndecided("named");
    Kind<Map<String, T>> named = new NamedKind<>(kind, Set.of(reserved));
    return new Key<>(label, named, new Required<>(""), Optional.empty());
  }

  /** A list of such values; one alone may be written without brackets. */
  public Key<List<T>> list() {
    return list(0);
  }

  /** A list of exactly so many such values. */
  public Key<List<T>> list(int count) {
    requireUndecided("list");
    return new Key<>(label, new ListKind<>(kind, count), new Required<>(""), Optional.empty());
  }

  /** Such a value made into another, as {@link #as(Class, Function, Function, String)}. */
  public <U> Key<U> as(
      Class<U> type, Function<? super T, ? extends U> to, Function<? super U, ? extends T> from) {
    return as(type, to, from, "");
  }

  /**
   * Such a value made into another.
   *
   * @param to makes it; throws IllegalArgumentException where the value is wrong
   * @param from takes it back, to write it
   * @param words what is expected, as in {@code cpu or gpu:1}; where empty, the exception's message
   *     says what is wrong
   */
  public <U> Key<U> as(
      Class<U> type,
      Function<? super T, ? extends U> to,
      Function<? super U, ? extends T> from,
      String words) {
    requireUndecided("as");
    Kind<U> made = new MappedKind<>(kind, type, to, from, words);
    return new Key<>(label, made, new Required<>(""), Optional.empty());
  }

  /**
   * More that is demanded of a value.
   *
   * @param words after "it must", as in {@code contain {x}}
   */
  public Key<T> must(Predicate<? super T> holds, String words) {
    requireUndecided("must");
    return new Key<>(label, new CheckedKind<>(kind, holds, words), presence, rival);
  }

  /** The default. */
  public Key<T> otherwise(T value) {
    return otherwise(value, "");
  }

  /** The default, and what the documentation says it is. */
  public Key<T> otherwise(T value, String words) {
    return new Key<>(label, kind, new Otherwise<>(value, words), rival);
  }

  /** By default the value of a key of the same kind that stands before it in the table. */
  public Key<T> sameAs(String key) {
    return new Key<>(label, kind, new SameAs<>(key), rival);
  }

  /** It need not be given. */
  public Key<Optional<T>> optional() {
    return optional("");
  }

  /** It need not be given; {@code words} say what then holds, for the documentation. */
  public Key<Optional<T>> optional(String words) {
    requireUndecided("optional");
    return new Key<>(
        label, new OptionalKind<>(kind), new Otherwise<>(Optional.empty(), words), rival);
  }

  /**
   * It need not be given where another key is.
   *
   * @param wanted what to give, where neither is
   */
  public Key<Optional<T>> unless(String other, String wanted) {
    requireUndecided("unless");
    return new Key<>(
        label, new OptionalKind<>(kind), new Unless<>(Optional.empty(), other, wanted), rival);
  }

  /** It must be given, and {@code wanted} says what, as in {@code a model directory}. */
  public Key<T> required(String wanted) {
    return new Key<>(label, kind, new Required<>(wanted), rival);
  }

  /**
   * It stands in place of a key before it: only one of them may be given, and where that one is
   * written this one is not.
   *
   * @param advice after "is given beside", as in {@code keep one}
   */
  public Key<T> insteadOf(String other, String advice) {
    return new Key<>(label, kind, presence, Optional.of(new Rival(other, advice)));
  }

  /** Names it goes by in other trainers; whoever writes one is told this one. */
  public Key<T> also(String... names) {
    List<String> all = new ArrayList<>(label.also());
    all.addAll(List.of(names));
    Label more = new Label(label.name(), label.meaning(), List.copyOf(all));
    return new Key<>(more, kind, presence, rival);
  }

  private void requireUndecided(String method) {
    if (!(presence instanceof Required<T> r) || !r.wanted().isEmpty()) {
      throw new IllegalArgumentException(
          "key '" + label.name() + "': say " + method + " before what holds where it is absent");
    }
  }

  @Override
  String component() {
    return label.name();
  }

  String meaning() {
    return label.meaning();
  }

  List<String> also() {
    return label.also();
  }

  Kind<T> kind() {
    return kind;
  }

  Presence<T> presence() {
    return presence;
  }

  /** The same key with another kind of value and the same default. */
  Key<T> withKind(Kind<T> other) {
    return new Key<>(label, other, presence, rival);
  }

  @Override
  boolean fits(Type component) {
    return kind.fits(component);
  }

  @Override
  @Nullable T read(Section section, Map<String, Object> before) {
    String name = label.name();
    ConfigTree tree = section.get(name);
    if (tree == null) {
      return absent(section, before);
    }
    Optional<Rival> beside = rival.filter(r -> section.has(r.key()));
    if (beside.isPresent()) {
      Rival r = beside.get();
      section.problem(name, "is given beside " + r.key() + "; " + r.advice());
      return null;
    }
    T value = kind.read(new Entry(section, name, tree));
    if (value instanceof Collection<?> c && c.isEmpty() && presence instanceof Required<T> r) {
      missing(section, r.wanted());
      return null;
    }
    return value;
  }

  private void missing(Section section, String wanted) {
    String give = wanted.isEmpty() ? kind.expected() : wanted;
    section.problem(label.name(), "is missing; give " + give);
  }

  @SuppressWarnings("unchecked") // the table has checked that both components are of one type
  private @Nullable T absent(Section section, Map<String, Object> before) {
    if (kind instanceof SectionKind<T> && presence instanceof Required<T>) {
      return kind.read(new Entry(section, label.name(), ConfigTree.Branch.empty(section.place())));
    }
    if (presence instanceof Otherwise<T> o) {
      return kind.settled(o.value(), section);
    }
    if (presence instanceof SameAs<T> same) {
      return (T) before.get(same.key());
    }
    if (presence instanceof Unless<T> u) {
      if (!section.has(u.other())) {
        missing(section, u.wanted());
        return null;
      }
      return u.value();
    }
    missing(section, ((Required<T>) presence).wanted());
    return null;
  }

  @Override
  void write(T value, String prefix, Map<String, Object> out) {
    boolean replaced = rival.map(r -> out.containsKey(prefix + r.key())).orElse(false);
    boolean nothing =
        presence instanceof Otherwise<T> o && o.value().equals(value) && isEmpty(value);
    if (!replaced && !nothing) {
      kind.write(prefix + label.name(), value, out);
    }
  }

  private boolean isEmpty(T value) {
    if (value instanceof Optional<?> || kind instanceof SectionKind<T>) {
      return false;
    }
    Object plain = kind.plain(value);
    return (plain instanceof Collection<?> c && c.isEmpty())
        || (plain instanceof Map<?, ?> m && m.isEmpty());
  }

  @Override
  List<KeyRow> rows(String prefix) {
    List<KeyRow> rows = new ArrayList<>();
    rows.add(new KeyRow(prefix + label.name(), this, ""));
    below().ifPresent(keys -> rows.addAll(keys.rows(prefix + label.name() + ".")));
    return rows;
  }

  @Override
  List<Note> notes() {
    return below().map(Keys::notes).orElse(List.of());
  }

  /** A key that must stand before it in its table. */
  Optional<String> before() {
    return presence instanceof SameAs<T> same ? Optional.of(same.key()) : rival.map(Rival::key);
  }

  /** The key in whose place it stands, if it does. */
  Optional<String> rival() {
    return rival.map(Rival::key);
  }

  /** The table of the section it is, if it is one. */
  Optional<Keys<?>> below() {
    Kind<?> inner = kind instanceof OptionalKind<?> o ? o.kind() : kind;
    if (inner instanceof ShortSectionKind<?> s) {
      return s.below();
    }
    return inner instanceof SectionKind<?> s ? Optional.of(s.keys()) : Optional.empty();
  }
}
