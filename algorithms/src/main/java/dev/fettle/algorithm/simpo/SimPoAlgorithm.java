package dev.fettle.algorithm.simpo;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.ReferenceFree;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/** Simple preference optimisation: {@code algorithm: { type: simpo }}. */
public final class SimPoAlgorithm implements Algorithm<SimPoSettings, PairBatch> {

  @Override
  public String type() {
    return SimPoSettings.TYPE;
  }

  @Override
  public Keys<SimPoSettings> keys() {
    return SimPoSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(SimPoSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new PreferenceRows(tokenizer));
  }

  @Override
  public Module module(SimPoSettings settings) {
    return new ReferenceFree(settings.minimised());
  }
}
