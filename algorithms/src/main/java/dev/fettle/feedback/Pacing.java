package dev.fettle.feedback;

/**
 * How questions are best put.
 *
 * @param together how many at a time
 * @param company whether an answer may differ by a rounding with what is asked beside it: such
 *     questions are asked in the same company again when a job is gone on with
 */
public record Pacing(int together, boolean company) {

  /** One after the other. */
  public static final Pacing ONE_BY_ONE = new Pacing(1, false);

  /** Checks the number. */
  public Pacing {
    if (together < 1) {
      throw new IllegalArgumentException("at least one question is asked at a time");
    }
  }
}
