package dev.fettle.harness.feedback;

import dev.fettle.feedback.endpoint.EndpointSettings;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Who answers questions: a model here, or a server. */
public sealed interface RespondentSettings {

  /** The name of a model here. */
  String LOCAL = "local";

  /** The name of a server. */
  String ENDPOINT = "endpoint";

  /** Its keys, by {@code type}. */
  Keys<RespondentSettings> KEYS =
      Keys.byType(
          RespondentSettings.class,
          RespondentSettings::type,
          Key.text("type", "`local`: a model here; `endpoint`: a server, to which rows are sent")
              .otherwise(LOCAL),
          types());

  private static Map<String, Keys<? extends RespondentSettings>> types() {
    Map<String, Keys<? extends RespondentSettings>> types = new LinkedHashMap<>();
    types.put(LOCAL, Local.KEYS);
    types.put(ENDPOINT, Server.KEYS);
    return types;
  }

  /** Its name in a configuration. */
  String type();

  /**
   * A model on a backend.
   *
   * @param model its directory
   * @param adapter an adapter directory for it
   * @param backend what computes; empty for the job's own
   * @param chat whether questions go through its chat template; empty where it has one
   * @param temperature of what it writes; 0 for the likeliest
   * @param maxTokens of what it writes
   * @param batchSize questions that are asked together
   */
  record Local(
      Path model,
      Optional<Path> adapter,
      Optional<BackendSettings> backend,
      Optional<Boolean> chat,
      double temperature,
      int maxTokens,
      int batchSize)
      implements RespondentSettings {
    static final Keys<Local> KEYS =
        Keys.of(
            Local.class,
            Key.directory("model", "a Hugging Face model directory").required("a model directory"),
            Key.directory("adapter", "an adapter directory, as PEFT writes it").optional("none"),
            Key.section("backend", BackendSettings.KEYS, "what computes it")
                .optional("the job's; of a reward, the first that can run here"),
            Key.flag(
                    "chat",
                    "whether questions go through its chat template; else it goes on with them as"
                        + " plain text")
                .optional("whether it has one"),
            Key.number("temperature", Range.atLeast(0), "of what it writes; 0 takes the likeliest")
                .otherwise(0.0),
            Key.size("maxTokens", Range.atLeast(1), "of what it writes at most").otherwise(256),
            Key.size("batchSize", Range.atLeast(1), "questions that are asked together")
                .otherwise(8));

    @Override
    public String type() {
      return LOCAL;
    }

    /** A model as it is, for code. */
    public static Local of(Path model) {
      return new Local(model, Optional.empty(), Optional.empty(), Optional.empty(), 0, 256, 8);
    }
  }

  /**
   * A server.
   *
   * @param endpoint where it is and how it is asked
   */
  record Server(EndpointSettings endpoint) implements RespondentSettings {
    static final Keys<Server> KEYS =
        Keys.of(Server.class, Keys.inline("endpoint", EndpointSettings.KEYS));

    @Override
    public String type() {
      return ENDPOINT;
    }
  }
}
