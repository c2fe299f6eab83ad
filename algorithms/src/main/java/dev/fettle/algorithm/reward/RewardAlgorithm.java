package dev.fettle.algorithm.reward;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.multibindings.ProvidesIntoOptional;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.FinishedHeads;
import dev.fettle.algorithm.PolicyHeads;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.PairTraining;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.models.head.RewardHead;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.Optional;

/** Reward modelling: {@code algorithm: { type: reward }}. */
public final class RewardAlgorithm implements Algorithm<RewardSettings, PairBatch> {
  /** Pairs trained on that say well enough where rewards lie, where none are held out. */
  private static final int MEASURED = 4096;

  @Override
  public String type() {
    return RewardSettings.TYPE;
  }

  @Override
  public Keys<RewardSettings> keys() {
    return RewardSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(RewardSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(new PreferenceRows(tokenizer));
  }

  private static List<Iterable<PairBatch>> measured(PairTraining pairs, Policy policy) {
    return pairs.sample(policy.model(), MEASURED);
  }

  @Override
  public Module module(RewardSettings settings) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        OptionalBinder.newOptionalBinder(binder(), PolicyHeads.class)
            .setBinding()
            .toInstance(new PolicyHeads(body -> List.of(new RewardHead(settings.pooling()))));
      }

      @Provides
      @Singleton
      PairTraining pairs(RunRows rows, Optional<Tokenizer> tokenizer, BatchOptions batches) {
        return PairTraining.read(rows, tokenizer, batches);
      }

      @Provides
      Training<?> training(PairTraining pairs, Provider<Policy> policy) {
        return pairs.with(new RewardObjective(settings), policy.get().model());
      }

      @ProvidesIntoOptional(ProvidesIntoOptional.Type.ACTUAL)
      FinishedHeads finished(PairTraining pairs) {
        return new FinishedHeads(
            (policy, programs) ->
                List.of(
                    new RewardHead(settings.pooling())
                        .on(RewardMeasure.of(policy, programs, measured(pairs, policy)))));
      }
    };
  }
}
