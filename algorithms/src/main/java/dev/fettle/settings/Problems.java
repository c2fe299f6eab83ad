package dev.fettle.settings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects what is wrong while a configuration is read to its end. */
final class Problems {

  /** A key nobody asked for. */
  record Unknown(Place place, String section, String name, Set<String> siblings) {}

  private record Found(Place place, ConfigProblem problem) {
    Found in(String section) {
      String key = problem.key().isEmpty() ? section : join(section, problem.key());
      return new Found(place, new ConfigProblem(problem.place(), key, problem.message()));
    }
  }

  private final List<Found> found = new ArrayList<>();
  private final Glossary glossary;

  Problems(Glossary glossary) {
    this.glossary = glossary;
  }

  void add(Place place, String key, String message) {
    found.add(new Found(place, new ConfigProblem(place.toString(), key, message)));
  }

  void unknown(Place place, String section, String name, Set<String> siblings) {
    Unknown unknown = new Unknown(place, section, name, siblings);
    add(place, join(section, name), glossary.explain(unknown));
  }

  /** Takes over what was found in stages of a recipe; what all of them share is told once. */
  void addStages(Map<String, Problems> stages) {
    Set<Found> told = new LinkedHashSet<>(found);
    Map<Found, Integer> times = new LinkedHashMap<>();
    stages
        .values()
        .forEach(s -> new LinkedHashSet<>(s.found).forEach(f -> times.merge(f, 1, Integer::sum)));
    stages.forEach(
        (name, stage) ->
            stage.found.forEach(
                f -> {
                  boolean shared = stages.size() > 1 && times.getOrDefault(f, 0) == stages.size();
                  told.add(shared ? f : f.in(Stages.KEY + "." + name));
                }));
    found.clear();
    found.addAll(told);
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Throws if anything was found. */
  void throwIfAny() {
    if (!found.isEmpty()) {
      found.sort(Comparator.comparingInt(f -> line(f.place)));
      throw new ConfigException(found.stream().map(Found::problem).toList());
    }
  }

  /** Lines first, in their order; overrides after them. */
  private static int line(Place place) {
    return place instanceof Place.Line l ? l.line() : Integer.MAX_VALUE;
  }

  static String join(String section, String key) {
    return section.isEmpty() ? key : section + "." + key;
  }

  /** The first name of a path. */
  static String first(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }
}
