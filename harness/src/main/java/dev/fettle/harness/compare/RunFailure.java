package dev.fettle.harness.compare;

import dev.fettle.data.read.DataException;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.tokenizer.TokenizerException;
import java.util.List;

/**
 * Why a run did not finish.
 *
 * @param message for the user
 * @param userError whether the configuration, the data or the model must be put right
 */
public record RunFailure(String message, boolean userError) {
  private static final List<Class<? extends Throwable>> USER =
      List.of(
          ConfigException.class,
          DataException.class,
          TokenizerException.class,
          ModelFileException.class,
          DeviceUnavailableException.class);

  /** The failure an error means; one of our own exceptions speaks for itself. */
  static RunFailure of(Throwable error) {
    boolean user = USER.stream().anyMatch(t -> t.isInstance(error));
    boolean ours = error.getClass().getName().startsWith("dev.fettle.");
    String message = ours ? String.valueOf(error.getMessage()) : error.toString();
    return new RunFailure(message, user);
  }
}
