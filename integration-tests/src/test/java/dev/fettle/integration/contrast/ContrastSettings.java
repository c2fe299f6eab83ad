package dev.fettle.integration.contrast;

import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;

/**
 * Section {@code algorithm} of {@code type: contrast}.
 *
 * @param beta how sharply a better answer is told from a worse one
 * @param margin by how much its mean log-probability must be higher, times beta
 */
record ContrastSettings(double beta, double margin) implements AlgorithmSettings {
  static final String TYPE = "contrast";

  static final Keys<ContrastSettings> KEYS =
      Keys.of(
          ContrastSettings.class,
          Key.number("beta", Range.above(0), "how sharply better is told from worse")
              .otherwise(2.0),
          Key.number("margin", Range.atLeast(0), "how much better it must be").otherwise(0.5));

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<ContrastSettings> keys() {
    return KEYS;
  }
}
