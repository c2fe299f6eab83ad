package dev.fettle.algorithm.slic;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.ReferenceFree;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

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
  public Optional<RowEncoding<?>> encoding(SlicSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new PreferenceRows(tokenizer));
  }

  @Override
  public Module module(SlicSettings settings) {
    return new ReferenceFree(settings.minimised());
  }
}
