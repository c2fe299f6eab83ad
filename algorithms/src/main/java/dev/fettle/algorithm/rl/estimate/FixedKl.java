package dev.fettle.algorithm.rl.estimate;

/** A coefficient that stays as it is. */
public record FixedKl(double coefficient) implements KlController {

  @Override
  public FixedKl after(double kl, long samples) {
    return this;
  }
}
