package dev.fettle.models.weights;

import dev.fettle.models.config.ModelFileException;
import java.nio.file.Path;

/**
 * The weights of a model directory are not those its {@code config.json} describes. The message
 * names the tensors and both shapes; the remedy is the config that belongs to the weights.
 */
public final class WeightMismatchException extends ModelFileException {
  private static final long serialVersionUID = 1L;

  private final transient WeightDifferences differences;

  /** An error about weights at a place. */
  public WeightMismatchException(Path location, WeightDifferences differences) {
    super(
        location,
        "the weights do not fit config.json: "
            + differences.describe()
            + "; use the config.json these weights were saved with");
    this.differences = differences;
  }

  /** All of them, where the message shows a few. */
  public WeightDifferences differences() {
    return differences;
  }
}
