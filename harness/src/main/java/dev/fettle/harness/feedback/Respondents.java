package dev.fettle.harness.feedback;

import dev.fettle.feedback.Respondent;
import dev.fettle.feedback.endpoint.ChatEndpoint;
import dev.fettle.harness.config.BackendSettings;
import java.util.function.BooleanSupplier;

/** Opens who answers questions. */
public final class Respondents {
  private Respondents() {}

  /**
   * Opens a model, or readies a server, to which nothing is sent yet.
   *
   * @param backend of a model that names none
   * @param seed by which a model draws
   * @param stop asked while it answers; true ends the call. May be asked by other threads
   * @throws dev.fettle.settings.ConfigException if the backend or the key is absent
   * @throws dev.fettle.models.config.ModelFileException if the model cannot be read
   */
  public static Respondent open(
      RespondentSettings settings, BackendSettings backend, long seed, BooleanSupplier stop) {
    if (settings instanceof RespondentSettings.Server server) {
      return new ChatEndpoint(server.endpoint(), ChatEndpoint.Surroundings.ofProcess(stop));
    }
    return new LocalRespondent(
        (RespondentSettings.Local) settings, new LocalRespondent.Run(backend, seed, stop));
  }
}
