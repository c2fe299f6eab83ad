package dev.fettle.algorithm.reward;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.multibindings.OptionalBinder;
import dev.fettle.algorithm.Algorithm;
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
      Training<?> training(
          RunRows rows,
          Optional<Tokenizer> tokenizer,
          BatchOptions batches,
          Provider<Policy> policy) {
        PairTraining pairs = PairTraining.read(rows, tokenizer, batches);
        return pairs.with(new RewardObjective(settings), policy.get().model());
      }
    };
  }
}
