package dev.fettle.models.generate;

/**
 * The model's predictions are no distribution, so no token can be chosen: logits that are not
 * numbers, or infinite where a draw was asked for. The weights have diverged or are damaged; go
 * back to an earlier checkpoint, and look for the first step whose loss or gradient norm stands
 * out.
 */
public final class GenerationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error that says which token of which sequence, and what is wrong. */
  public GenerationException(String message) {
    super(message);
  }
}
