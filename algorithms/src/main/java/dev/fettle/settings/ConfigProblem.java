package dev.fettle.settings;

import static java.util.stream.Collectors.joining;

import java.util.stream.Stream;

/**
 * One thing wrong with a configuration.
 *
 * @param place file and line, or the {@code --set} option; empty where it is not known
 * @param key the setting, as in {@code optimizer.learningRate}; empty where the whole file is meant
 * @param message what is wrong and what to do
 */
public record ConfigProblem(String place, String key, String message) {

  @Override
  public String toString() {
    return Stream.of(place, key, message).filter(s -> !s.isEmpty()).collect(joining(": "));
  }
}
