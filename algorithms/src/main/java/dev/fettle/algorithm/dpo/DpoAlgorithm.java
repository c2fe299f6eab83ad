package dev.fettle.algorithm.dpo;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provider;
import com.google.inject.Provides;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.RunCache;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.RunSite;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.preference.HeldReference;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.PairTraining;
import dev.fettle.algorithm.preference.PairTraining.Place;
import dev.fettle.algorithm.preference.PreferenceObjective;
import dev.fettle.algorithm.preference.ReferenceMeans;
import dev.fettle.algorithm.preference.ReferenceScorer;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.models.LanguageModel;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;

/** Direct preference optimisation: {@code algorithm: { type: dpo }}. */
public final class DpoAlgorithm implements Algorithm<DpoSettings, PairBatch> {

  @Override
  public String type() {
    return DpoSettings.TYPE;
  }

  @Override
  public Keys<DpoSettings> keys() {
    return DpoSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(DpoSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new PreferenceRows(tokenizer));
  }

  @Override
  public Module module(DpoSettings settings) {
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
          RunCache cache,
          RunSite site,
          Provider<HeldReference.Means> means) {
        PairTraining pairs = PairTraining.read(rows, tokenizer, batches);
        return DpoAlgorithm.training(settings, pairs, means.get(), new Place(cache, site));
      }
    };
  }

  private static Training<PairBatch> training(
      DpoSettings settings, PairTraining pairs, HeldReference.Means means, Place place) {
    PreferenceObjective objective = new PreferenceObjective(settings.minimised());
    LanguageModel model = means.policy().model();
    List<String> notes = notes(settings);
    if (!settings.isHeld()) {
      return pairs.with(objective, model).noting(notes);
    }
    if (!settings.precomputeReference()) {
      HeldReference held = means.held(settings.reference(), settings.syncReference());
      return pairs.with(objective, model, held, settings.ldAlpha()).noting(notes);
    }
    ReferenceScorer once = means.once(settings.reference());
    try {
      return pairs.with(objective, model, once, settings.ldAlpha(), place).noting(notes);
    } finally {
      once.close();
      if (once.model() != means.policy()) {
        once.model().close();
      }
    }
  }

  private static List<String> notes(DpoSettings settings) {
    return settings.loss().stream().anyMatch(DpoLoss::sorts)
        ? List.of("the loss sorts each micro-batch, so train.microBatchSize changes it")
        : List.of();
  }
}
