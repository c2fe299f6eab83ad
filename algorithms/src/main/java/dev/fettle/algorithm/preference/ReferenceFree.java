package dev.fettle.algorithm.preference;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Provides;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.util.Optional;

/** Binds the training of a preference loss that needs no reference. */
public final class ReferenceFree extends AbstractModule {
  private final PreferenceLoss loss;

  public ReferenceFree(PreferenceLoss loss) {
    this.loss = loss;
  }

  @Provides
  Training<?> training(
      RunRows rows, Optional<Tokenizer> tokenizer, BatchOptions batches, Provider<Policy> policy) {
    PairTraining pairs = PairTraining.read(rows, tokenizer, batches);
    return pairs.with(new PreferenceObjective(loss), policy.get().model());
  }
}
