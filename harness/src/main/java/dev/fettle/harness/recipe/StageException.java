package dev.fettle.harness.recipe;

import java.io.Serial;

/**
 * A stage of a recipe failed. The cause is what its run threw, whose Javadoc says what to do;
 * stages before it are finished and stay so.
 */
public final class StageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String stage;

  /** Of a stage, with what was thrown. */
  public StageException(String stage, RuntimeException cause) {
    super("stage " + stage + ": " + cause.getMessage(), cause);
    this.stage = stage;
  }

  /** The stage's name. */
  public String stage() {
    return stage;
  }
}
