package dev.fettle.harness.config;

import dev.fettle.settings.Nearest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Collects what is wrong while a configuration is read to its end. */
final class Problems {

  /** A key nobody asked for, kept until all keys that exist are known. */
  private record Unknown(Place place, String section, String name, Set<String> siblings) {}

  private record Found(Place place, ConfigProblem problem) {}

  private final List<Found> found = new ArrayList<>();
  private final List<Unknown> unknown = new ArrayList<>();
  private final Set<String> known = new LinkedHashSet<>();

  void add(Place place, String key, String message) {
    found.add(new Found(place, new ConfigProblem(place.toString(), key, message)));
  }

  /** Notes that a key exists. */
  void known(String path) {
    known.add(path);
  }

  /** Every key that was asked for so far. */
  Set<String> known() {
    return known;
  }

  void unknown(Place place, String section, String name, Set<String> siblings) {
    unknown.add(new Unknown(place, section, name, Set.copyOf(siblings)));
  }

  boolean isEmpty() {
    return found.isEmpty() && unknown.isEmpty();
  }

  /** Throws if anything was found. */
  void throwIfAny() {
    for (Unknown u : unknown) {
      add(u.place, join(u.section, u.name), explain(u));
    }
    unknown.clear();
    if (!found.isEmpty()) {
      found.sort(Comparator.comparingInt(f -> line(f.place)));
      throw new ConfigException(found.stream().map(Found::problem).toList());
    }
  }

  /** Lines first, in their order; overrides after them. */
  private static int line(Place place) {
    return place instanceof Place.Line l ? l.line() : Integer.MAX_VALUE;
  }

  private String explain(Unknown u) {
    return Nearest.to(u.name, u.siblings)
        .map(near -> "unknown key; did you mean '" + near + "'?")
        .or(() -> elsewhere(u).map(p -> "unknown key here; did you mean '" + p + "'?"))
        .orElseGet(
            () ->
                "unknown key; "
                    + (u.section.isEmpty() ? "the sections are " : u.section + " has ")
                    + String.join(", ", u.siblings.stream().sorted().toList()));
  }

  /** A setting of that name in another section. */
  private Optional<String> elsewhere(Unknown u) {
    return known.stream()
        .filter(p -> Nearest.same(u.name, p.substring(p.lastIndexOf('.') + 1)))
        .findFirst();
  }

  static String join(String section, String key) {
    return section.isEmpty() ? key : section + "." + key;
  }
}
