package dev.fettle.algorithm.kto;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provider;
import com.google.inject.Provides;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.preference.HeldReference;
import dev.fettle.algorithm.preference.ReferenceMeans;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.JudgedRows;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/** Kahneman-Tversky optimisation: {@code algorithm: { type: kto }}. */
public final class KtoAlgorithm implements Algorithm<KtoSettings, JudgedBatch> {

  @Override
  public String type() {
    return KtoSettings.TYPE;
  }

  @Override
  public Keys<KtoSettings> keys() {
    return KtoSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(KtoSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new JudgedRows(tokenizer));
  }

  @Override
  public Module module(KtoSettings settings) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        install(new ReferenceMeans());
      }

      @Provides
      Training<?> training(
          RunRows rows,
          Optional<Tokenizer> tokenizer,
          BatchOptions batches,
          Provider<HeldReference.Means> means) {
        return new JudgedTraining(settings, rows, tokenizer, batches).with(means.get());
      }
    };
  }
}
