package dev.fettle.algorithm.dpo;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provider;
import com.google.inject.Provides;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.ReferenceModels;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.PairTraining;
import dev.fettle.algorithm.preference.PreferenceObjective;
import dev.fettle.algorithm.preference.Reference;
import dev.fettle.algorithm.preference.ReferenceScorer;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.settings.Keys;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.nio.file.Path;
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
      @Provides
      Training<?> training(
          RunRows rows,
          Optional<Tokenizer> tokenizer,
          BatchOptions batches,
          Provider<Policy> policy,
          Provider<Models> models) {
        PairTraining pairs = PairTraining.read(rows, tokenizer, batches);
        return DpoAlgorithm.training(settings, pairs, policy.get(), models.get());
      }

      @Provides
      Models models(ReferenceModels models, ProgramCache programs) {
        return new Models(models, programs);
      }
    };
  }

  /** What a reference is made with. */
  private record Models(ReferenceModels models, ProgramCache programs) {

    /** The policy as it began: without its adapter, where that began at nothing. */
    Reference start(Policy policy) {
      return models.startsWithoutAdapter()
          ? ReferenceScorer.withoutAdapter(policy, programs)
          : ReferenceScorer.of(models.start(), programs);
    }
  }

  private static Training<PairBatch> training(
      DpoSettings settings, PairTraining pairs, Policy policy, Models models) {
    PreferenceObjective objective = new PreferenceObjective(settings.minimised());
    List<String> notes = notes(settings);
    if (settings.reference().equals(DpoSettings.NONE)) {
      return pairs.with(objective, policy.model()).noting(notes);
    }
    boolean start = settings.reference().equals(DpoSettings.START);
    Reference reference =
        start
            ? models.start(policy)
            : ReferenceScorer.of(
                models.models().open(Path.of(settings.reference())), models.programs());
    Optional<Reference> same =
        start ? Optional.of(ReferenceScorer.of(policy, models.programs())) : Optional.empty();
    return pairs.with(objective, policy.model(), reference, settings.ldAlpha(), same).noting(notes);
  }

  private static List<String> notes(DpoSettings settings) {
    return settings.loss().stream().anyMatch(DpoLoss::sorts)
        ? List.of("the loss sorts each micro-batch, so train.microBatchSize changes it")
        : List.of();
  }
}
