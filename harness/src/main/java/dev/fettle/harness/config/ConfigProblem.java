package dev.fettle.harness.config;

/**
 * One thing wrong with a configuration.
 *
 * @param place file and line, or the {@code --set} option
 * @param key the setting, as in {@code optimizer.learningRate}; empty where the whole file is meant
 * @param message what is wrong and what to do
 */
public record ConfigProblem(String place, String key, String message) {

  @Override
  public String toString() {
    return key.isEmpty() ? place + ": " + message : place + ": " + key + ": " + message;
  }
}
