package dev.fettle.settings;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that cannot be used. Thrown before anything is opened or written, with all
 * problems that were found; correct each at the place its line names.
 */
public final class ConfigException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient List<ConfigProblem> problems;

  /** An error with at least one problem. */
  public ConfigException(List<ConfigProblem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  /** An error found after the configuration was read, when the line is no longer known. */
  public static ConfigException about(String key, String message) {
    return at("", key, message);
  }

  /** An error with one problem. */
  static ConfigException at(String place, String key, String message) {
    return new ConfigException(List.of(new ConfigProblem(place, key, message)));
  }

  private static String message(List<ConfigProblem> problems) {
    if (problems.size() == 1) {
      return problems.get(0).toString();
    }
    return problems.stream()
        .map(p -> "  " + p)
        .collect(Collectors.joining("\n", problems.size() + " problems:\n", ""));
  }

  /** What is wrong, in the order of the file. */
  public List<ConfigProblem> problems() {
    return problems;
  }
}
