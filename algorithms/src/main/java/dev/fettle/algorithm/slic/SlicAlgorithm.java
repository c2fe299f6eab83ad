package dev.fettle.algorithm.slic;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.ReferenceFree;
import dev.fettle.settings.Keys;

/** Sequence likelihood calibration: {@code algorithm: { type: slic }}. */
public final class SlicAlgorithm implements Algorithm<SlicSettings, PairBatch> {

  @Override
  public String type() {
    return SlicSettings.TYPE;
  }

  @Override
  public Keys<SlicSettings> keys() {
    return SlicSettings.KEYS;
  }

  @Override
  public Module module(SlicSettings settings) {
    return new ReferenceFree(settings.minimised());
  }
}
