package dev.fettle.algorithm.cpo;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.ReferenceFree;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/** Contrastive preference optimisation: {@code algorithm: { type: cpo }}. */
public final class CpoAlgorithm implements Algorithm<CpoSettings, PairBatch> {

  @Override
  public String type() {
    return CpoSettings.TYPE;
  }

  @Override
  public Keys<CpoSettings> keys() {
    return CpoSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(CpoSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new PreferenceRows(tokenizer));
  }

  @Override
  public Module module(CpoSettings settings) {
    return new ReferenceFree(settings.minimised());
  }
}
