package dev.fettle.settings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Explains a key that does not exist by those that do, here and in other trainers. */
final class Glossary {
  private final List<KeyRow> rows;
  private final List<Note> notes;

  /** Path by the plain form of a name other trainers have; several where several keys have it. */
  private final Map<String, List<String>> foreign = new LinkedHashMap<>();

  Glossary(Keys<?> root) {
    this.rows = root.rows("");
    this.notes = root.notes();
    for (KeyRow row : rows) {
      for (String name : row.key().also()) {
        foreign.computeIfAbsent(Nearest.plain(name), n -> new ArrayList<>()).add(row.path());
      }
    }
  }

  /** What is wrong with it, and what was probably meant. */
  String explain(Problems.Unknown u) {
    return spelt(u)
        .or(() -> foreignHere(u))
        .or(() -> elsewhere(u))
        .or(() -> foreign(u))
        .or(() -> noted(u.name()))
        .or(() -> ofAnother(u))
        .or(() -> misspelt(u))
        .or(() -> nested(u))
        .or(() -> misspeltElsewhere(u))
        .orElseGet(() -> listed(u));
  }

  /** A key of the section but for case and underscores. */
  private static Optional<String> spelt(Problems.Unknown u) {
    return u.siblings().stream()
        .filter(s -> Nearest.same(s, u.name()))
        .findFirst()
        .map(Glossary::didYouMean);
  }

  /** A name of another trainer; the key in this section, if several answer to it. */
  private Optional<String> foreign(Problems.Unknown u) {
    List<String> paths =
        foreign.getOrDefault(Nearest.plain(u.name()), List.of()).stream()
            .filter(p -> isKnown(p, u))
            .toList();
    String here = Problems.join(u.section(), "");
    return paths.stream()
        .filter(p -> p.startsWith(here))
        .findFirst()
        .or(() -> paths.stream().findFirst())
        .map(path -> "unknown key; that is " + path + " here");
  }

  /** A name of another trainer for a key of the very section, below the outermost. */
  private Optional<String> foreignHere(Problems.Unknown u) {
    String here = Problems.join(u.section(), "");
    return u.section().isEmpty()
        ? Optional.empty()
        : foreign.getOrDefault(Nearest.plain(u.name()), List.of()).stream()
            .filter(p -> p.startsWith(here) && u.siblings().contains(p.substring(here.length())))
            .findFirst()
            .map(path -> "unknown key; that is " + path + " here");
  }

  /** Not so a key of the same section that it has with another type, as another algorithm's. */
  private static boolean isKnown(String path, Problems.Unknown u) {
    String here = Problems.join(u.section(), "");
    return !path.startsWith(here)
        || u.siblings().contains(Problems.first(path.substring(here.length())));
  }

  /** A key that the section has with another type, or another trainer's name of one. */
  private Optional<String> ofAnother(Problems.Unknown u) {
    List<String> abroad = foreign.getOrDefault(Nearest.plain(u.name()), List.of());
    List<KeyRow> theirs =
        rows.stream()
            .filter(r -> !isKnown(r.path(), u) && !r.type().isEmpty())
            .filter(r -> Nearest.same(u.name(), r.name()) || abroad.contains(r.path()))
            .toList();
    return theirs.stream()
        .findFirst()
        .map(KeyRow::path)
        .map(
            path ->
                "unknown key; "
                    + path
                    + " is one of type "
                    + theirs.stream()
                        .filter(r -> r.path().equals(path))
                        .map(KeyRow::type)
                        .distinct()
                        .collect(Collectors.joining(", ")));
  }

  private Optional<String> noted(String name) {
    return notes.stream()
        .filter(n -> Nearest.same(n.name(), name))
        .findFirst()
        .map(n -> "unknown key; " + n.sentence());
  }

  private static Optional<String> misspelt(Problems.Unknown u) {
    return Nearest.to(u.name(), u.siblings()).map(Glossary::didYouMean);
  }

  private static String didYouMean(String name) {
    return "unknown key; did you mean '" + name + "'?";
  }

  /** A key of that name in another section, the outermost if there are several. */
  private Optional<String> elsewhere(Problems.Unknown u) {
    return rows.stream()
        .filter(r -> Nearest.same(u.name(), r.name()) && isKnown(r.path(), u))
        .min(Comparator.comparingLong(r -> r.path().chars().filter(c -> c == '.').count()))
        .map(r -> "unknown key here; did you mean '" + r.path() + "'?");
  }

  /** A key written with its section's name and a dot. */
  private Optional<String> nested(Problems.Unknown u) {
    String path = Problems.join(u.section(), u.name());
    return rows.stream()
        .filter(r -> u.name().contains(".") && Nearest.same(path, r.path()))
        .findFirst()
        .map(r -> "unknown key; in a file, write " + r.name() + " below " + parent(r.path()) + ":");
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('.'));
  }

  /** A key of another section, or a name of another trainer, that is nearly spelt so. */
  private Optional<String> misspeltElsewhere(Problems.Unknown u) {
    Set<String> names = new TreeSet<>(foreign.keySet());
    rows.forEach(r -> names.add(r.name()));
    notes.forEach(n -> names.add(n.name()));
    // Among so many names, a third of the letters would be like anything.
    return Nearest.within(u.name().length() / 5, u.name(), names)
        .flatMap(
            name -> {
              Problems.Unknown meant =
                  new Problems.Unknown(u.place(), u.section(), name, u.siblings());
              return elsewhere(meant).or(() -> foreign(meant)).or(() -> noted(name));
            });
  }

  private static String listed(Problems.Unknown u) {
    return "unknown key; "
        + (u.section().isEmpty() ? "the sections are " : u.section() + " has ")
        + String.join(", ", new TreeSet<>(u.siblings()));
  }
}
