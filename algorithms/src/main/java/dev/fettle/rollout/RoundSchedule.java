package dev.fettle.rollout;

/**
 * Which steps belong to which round: about as many to each.
 *
 * @param rounds at least one
 * @param steps of the whole run, at least one a round
 */
public record RoundSchedule(int rounds, long steps) {

  /** Checks the numbers. */
  public RoundSchedule {
    if (rounds < 1 || steps < rounds) {
      throw new IllegalArgumentException(
          steps + " steps cannot be shared by " + rounds + " rounds");
    }
  }

  /** The last step of a round. */
  public long lastStep(int round) {
    return Math.floorDiv(steps * round, rounds);
  }

  /**
   * The round of a step.
   *
   * @param step from 1; a step beyond the last belongs to the last round
   */
  public int roundOf(long step) {
    int round = 1;
    while (round < rounds && step > lastStep(round)) {
      round++;
    }
    return round;
  }
}
