package dev.fettle.feedback.endpoint;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A server and how it is asked.
 *
 * @param url where it is
 * @param model its name there
 * @param apiKeyEnv the environment variable that holds the key; the key itself is never a setting
 * @param temperature of what it writes
 * @param maxTokens of an answer
 * @param seed sent along where it is given; few servers heed it
 * @param timeout seconds until an answer must be there whole
 * @param retries how often it is asked again after an error that may pass
 * @param backoff seconds before the first of these; each further one waits twice as long
 * @param longestWait seconds that are waited at most, also where the server asks for longer
 * @param requestsPerMinute at most; empty for no limit
 * @param concurrency questions under way at a time
 * @param logprobs whether likelihoods are asked for
 * @param insecure whether the key may be sent over plain http to another machine
 */
public record EndpointSettings(
    EndpointUrl url,
    String model,
    Optional<String> apiKeyEnv,
    double temperature,
    int maxTokens,
    Optional<Long> seed,
    double timeout,
    int retries,
    double backoff,
    double longestWait,
    Optional<Double> requestsPerMinute,
    int concurrency,
    boolean logprobs,
    boolean insecure) {

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final int MOST_SECONDS = 86_400;
  private static final int MOST_AT_ONCE = 256;

  /** Its keys. */
  public static final Keys<EndpointSettings> KEYS =
      Keys.of(
              EndpointSettings.class,
              Key.text(
                      "url",
                      "the server, as `https://host/v1`; `/chat/completions` is added, and `/v1`"
                          + " where there is no path")
                  .as(EndpointUrl.class, EndpointUrl::parse, EndpointUrl::toString)
                  .required("the address of a server, as https://host/v1")
                  .also("base_url", "api_base"),
              Key.text("model", "the model's name there")
                  .must(m -> !m.isBlank(), "be a name")
                  .required("the model's name there"),
              Key.text(
                      "apiKeyEnv",
                      "the environment variable that holds the API key; the key itself stands in no"
                          + " file")
                  .as(String.class, EndpointSettings::variable, name -> name)
                  .optional("no key is sent"),
              Key.number("temperature", Range.atLeast(0).atMost(2), "of what it writes")
                  .otherwise(0.0),
              Key.size("maxTokens", Range.atLeast(1), "of an answer at most")
                  .otherwise(512)
                  .also("max_tokens", "max_completion_tokens"),
              Key.whole("seed", Range.ANY, "sent along; few servers heed it").optional("not sent"),
              seconds("timeout", "until an answer must be there whole").otherwise(60.0),
              Key.size(
                      "retries",
                      Range.atLeast(0).atMost(100),
                      "how often it is asked again after an error that may pass: no connection, a"
                          + " broken answer, status 408, 425, 429 or 500 to 599")
                  .otherwise(5)
                  .also("max_retries"),
              seconds(
                      "backoff",
                      "before the first of these; each further one waits twice as long, less up to"
                          + " a half by chance")
                  .otherwise(1.0),
              seconds(
                      "longestWait",
                      "that are waited at most; where the server asks for longer (`Retry-After`),"
                          + " the job stops")
                  .otherwise(120.0),
              Key.number("requestsPerMinute", Range.above(0), "at most, evenly spaced")
                  .optional("no limit")
                  .also("rpm"),
              Key.size(
                      "concurrency",
                      Range.atLeast(1).atMost(MOST_AT_ONCE),
                      "questions under way at a time")
                  .otherwise(4),
              Key.flag(
                      "logprobs",
                      "asks for likelihoods, which say how sure a verdict is; left out by itself"
                          + " where the server refuses it")
                  .otherwise(true),
              Key.flag(
                      "insecure",
                      "lets the API key go over plain http to another machine, where it can be read"
                          + " on the way")
                  .otherwise(false))
          .rule(
              "url",
              s -> s.insecure || s.apiKeyEnv.isEmpty() || !s.url.isPlain(),
              s ->
                  "is plain http to another machine, and the API key could be read on the way; use"
                      + " https, or set insecure: true")
          .note(
              "put the key into an environment variable, and name that under apiKeyEnv",
              "apiKey",
              "api_key",
              "key",
              "token",
              "openai_api_key");

  private static Key<Double> seconds(String name, String meaning) {
    return Key.number(name, Range.above(0).atMost(MOST_SECONDS), "seconds " + meaning);
  }

  /** What is no name may be the key itself, and is not repeated. */
  private static String variable(String name) {
    if (!VARIABLE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "is not the name of an environment variable; put the key into one, and give its name");
    }
    return name;
  }

  /** A server with the defaults, for code. */
  public static EndpointSettings of(String url, String model) {
    return new EndpointSettings(
        EndpointUrl.parse(url),
        model,
        Optional.empty(),
        0,
        512,
        Optional.empty(),
        60,
        5,
        1,
        120,
        Optional.empty(),
        4,
        true,
        false);
  }
}
