package dev.fettle.algorithm.orpo;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.ReferenceFree;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/** Odds ratio preference optimisation: {@code algorithm: { type: orpo }}. */
public final class OrpoAlgorithm implements Algorithm<OrpoSettings, PairBatch> {

  @Override
  public String type() {
    return OrpoSettings.TYPE;
  }

  @Override
  public Keys<OrpoSettings> keys() {
    return OrpoSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(OrpoSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new PreferenceRows(tokenizer));
  }

  @Override
  public Module module(OrpoSettings settings) {
    return new ReferenceFree(settings.minimised());
  }
}
