package dev.fettle.models.lora;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An adapter of low-rank matrices: {@code y = W x + scale B (A x)}.
 *
 * @param rank rows of A, columns of B
 * @param alpha the scale is {@code alpha / rank}
 * @param targets which linear layers have them
 * @param rslora true for a scale of {@code alpha / sqrt(rank)} (Kalajdzievski, 2023)
 * @param modulesToSave the ends of the names of modules of which a copy is trained as a whole
 * @param rankPattern other ranks, by regular expressions of layers; the first that matches counts
 * @param alphaPattern other values of alpha likewise
 */
public record LoraConfig(
    int rank,
    double alpha,
    LoraTargets targets,
    boolean rslora,
    List<String> modulesToSave,
    Map<String, Integer> rankPattern,
    Map<String, Double> alphaPattern) {

  /** PEFT's rank where none is given. */
  public static final int DEFAULT_RANK = 8;

  /** PEFT's alpha where none is given. */
  public static final double DEFAULT_ALPHA = 8;

  /** Checks the ranks, and keeps copies in the given order. */
  public LoraConfig {
    if (rank < 1 || rankPattern.values().stream().anyMatch(r -> r < 1)) {
      throw new IllegalArgumentException("a rank must be positive");
    }
    modulesToSave = List.copyOf(modulesToSave);
    rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
    alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
  }

  /** One rank and one alpha for all layers. */
  public static LoraConfig of(int rank, double alpha, LoraTargets targets) {
    return new LoraConfig(rank, alpha, targets, false, List.of(), Map.of(), Map.of());
  }

  /** Whether a linear layer has low-rank matrices. One that is trained as a whole has none. */
  boolean adapts(String path) {
    boolean whole =
        modulesToSave.stream()
            .anyMatch(m -> Pattern.matches("(?:.*\\.)?" + Pattern.quote(m) + "(?:\\..*)?", path));
    return !whole && targets.includes(path);
  }

  /** The rank of a layer. */
  int rankOf(String path) {
    return pattern(rankPattern, path, rank);
  }

  /** What a layer's low-rank product is multiplied by. */
  double scaleOf(String path) {
    double own = pattern(alphaPattern, path, alpha);
    int layer = rankOf(path);
    return rslora ? own / Math.sqrt(layer) : own / layer;
  }

  private static <T> T pattern(Map<String, T> patterns, String path, T otherwise) {
    return patterns.entrySet().stream()
        .filter(e -> LayerPattern.matches("(?:.*\\.)?(?:" + e.getKey() + ")", path))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(otherwise);
  }

  /**
   * Whether a copy of a module is trained: its name, or that of a module around it, ends so. As in
   * PEFT the end need not begin at a dot.
   */
  boolean saves(String path) {
    return modulesToSave.stream().anyMatch(name -> saves(path, name));
  }

  static boolean saves(String path, String name) {
    for (int end = path.length(); end > 0; end = path.lastIndexOf('.', end - 1)) {
      if (path.substring(0, end).endsWith(name)) {
        return true;
      }
    }
    return false;
  }
}
