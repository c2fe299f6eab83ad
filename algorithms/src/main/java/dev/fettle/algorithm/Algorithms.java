package dev.fettle.algorithm;

import dev.fettle.settings.AlgorithmSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The algorithms there are, by type. */
public final class Algorithms {
  private final Map<String, Algorithm<?, ?>> byType = new TreeMap<>();

  private Algorithms(List<Algorithm<?, ?>> all) {
    for (Algorithm<?, ?> algorithm : all) {
      Algorithm<?, ?> other = byType.putIfAbsent(algorithm.type(), algorithm);
      if (other != null) {
        throw new IllegalArgumentException(
            "two algorithms are called "
                + algorithm.type()
                + ": "
                + other.getClass().getName()
                + " and "
                + algorithm.getClass().getName());
      }
    }
  }

  /**
   * All that the class path offers.
   *
   * @throws IllegalArgumentException if two have the same type
   */
  public static Algorithms discover() {
    List<Algorithm<?, ?>> found = new ArrayList<>();
    for (Algorithm<?, ?> a :
        ServiceLoader.load(Algorithm.class, Algorithms.class.getClassLoader())) {
      found.add(a);
    }
    return new Algorithms(found);
  }

  /**
   * The same and one more.
   *
   * @throws IllegalArgumentException if there is one of its type
   */
  public Algorithms with(Algorithm<?, ?> another) {
    List<Algorithm<?, ?>> all = new ArrayList<>(byType.values());
    all.add(another);
    return new Algorithms(all);
  }

  /** The same with one in the place of whichever has its type. */
  public Algorithms replacing(Algorithm<?, ?> another) {
    List<Algorithm<?, ?>> all = new ArrayList<>(byType.values());
    all.removeIf(a -> a.type().equals(another.type()));
    all.add(another);
    return new Algorithms(all);
  }

  /** All, sorted by type. */
  public List<Algorithm<?, ?>> all() {
    return List.copyOf(byType.values());
  }

  /**
   * The algorithm of some settings.
   *
   * @throws IllegalArgumentException if there is none of their type
   */
  public Algorithm<?, ?> of(AlgorithmSettings settings) {
    Algorithm<?, ?> found = byType.get(settings.type());
    if (found == null) {
      throw new IllegalArgumentException(
          "no algorithm " + settings.type() + "; there is " + String.join(", ", byType.keySet()));
    }
    return found;
  }
}
