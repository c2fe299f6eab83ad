package dev.fettle.models.generate;

/**
 * The model's predictions are no distribution, so no token can be chosen: logits that are not
 * numbers, or infinite where a draw was asked for. The weights have diverged or are damaged; go
 * back to an earlier checkpoint, and look for the first step whose loss or gradient norm stands
 * out.
 */
public final class GenerationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error that says what is wrong with the logits. */
  GenerationException(String message) {
    super(message);
  }

  private GenerationException(String message, GenerationException cause) {
    super(message, cause);
  }

  /** The same, naming the token that could not be chosen and its sequence. */
  GenerationException at(String place) {
    return new GenerationException(place + " " + getMessage(), this);
  }
}
