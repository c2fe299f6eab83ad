package dev.fettle.feedback.endpoint;

import dev.fettle.settings.ConfigException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The key of a server. It goes into one header, and into nothing else that is written or said. */
final class ApiKey {
  /** Shorter ones are no secrets, and are words of texts. */
  private static final int SHORTEST = 6;

  /** What is surely the name of a variable, and no key that was taken for one. */
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

  private static final Pattern HEADER = Pattern.compile("[\\x21-\\x7E]+");
  private static final String HIDDEN = "(the API key)";

  private final String key;

  private ApiKey(String key) {
    this.key = key;
  }

  /**
   * The key in a variable.
   *
   * @throws ConfigException if there is none, or what is there cannot be one
   */
  static Optional<ApiKey> of(EndpointSettings settings, Map<String, String> environment) {
    return settings.apiKeyEnv().map(name -> read(name, environment.get(name)));
  }

  private static ApiKey read(String name, @org.jspecify.annotations.Nullable String value) {
    String shown = PLAIN_NAME.matcher(name).matches() ? name : "it names";
    if (value == null || value.isBlank()) {
      throw ConfigException.about(
          "apiKeyEnv",
          "there is no environment variable "
              + shown
              + (value == null ? "" : " with anything in it")
              + "; set it to the API key before the command, as in export NAME=...");
    }
    if (!HEADER.matcher(value.strip()).matches()) {
      throw ConfigException.about(
          "apiKeyEnv",
          "the environment variable "
              + shown
              + " holds what no API key can: blanks, line ends or letters beyond ASCII; set it"
              + " again");
    }
    return new ApiKey(value.strip());
  }

  /** The value of the header Authorization. */
  String header() {
    return "Bearer " + key;
  }

  /** A text without the key, if it holds it. */
  String hiddenIn(String text) {
    return key.length() < SHORTEST ? text : text.replace(key, HIDDEN);
  }

  @Override
  public String toString() {
    return HIDDEN;
  }
}
