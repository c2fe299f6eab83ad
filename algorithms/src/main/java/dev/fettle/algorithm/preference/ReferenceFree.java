package dev.fettle.algorithm.preference;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Provides;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.util.Optional;

/** Binds the training of a preference loss that needs no reference. */
public final class ReferenceFree extends AbstractModule {
  private final PreferenceLoss loss;
  private final boolean targets;

  public ReferenceFree(PreferenceLoss loss) {
    this(loss, false);
  }

  private ReferenceFree(PreferenceLoss loss, boolean targets) {
    this.loss = loss;
    this.targets = targets;
  }

  /** The same over rows that may hold a target beside their pair. */
  public static ReferenceFree withTargets(PreferenceLoss loss) {
    return new ReferenceFree(loss, true);
  }

  @Provides
  Training<?> training(
      RunRows rows, Optional<Tokenizer> tokenizer, BatchOptions batches, Provider<Policy> policy) {
    PairTraining pairs = PairTraining.read(rows, new PreferenceRows(tokenizer, targets), batches);
    return pairs.with(new PreferenceObjective(loss), policy.get().model());
  }
}
