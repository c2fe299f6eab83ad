package dev.fettle.algorithm;

import com.google.inject.Module;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.settings.AlgorithmKeys;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/**
 * A way to train, found by the {@code type} of section {@code algorithm}. Fettle's own and an
 * application's are registered alike: as a service in {@code
 * META-INF/services/dev.fettle.algorithm.Algorithm}, or given to {@link Algorithms#with}.
 *
 * @param <S> its settings
 * @param <B> the micro-batch its objective reads
 */
public interface Algorithm<S extends AlgorithmSettings, B> extends AlgorithmKeys {

  /** The keys of section {@code algorithm} beside {@code type}. */
  @Override
  Keys<S> keys();

  /**
   * Binds {@code Training<?>}, by a provider method that may ask for anything of the run: {@link
   * RunRows}, {@code Optional<Tokenizer>}, {@link dev.fettle.data.batch.BatchOptions}, {@link
   * dev.fettle.train.Policy}, {@link dev.fettle.spi.Backend}, {@link
   * dev.fettle.spi.support.ProgramCache}, {@link RunSeed}, {@link ReferenceModels}, {@link
   * RunRewards}. Read the rows before asking for the policy, so that a broken row is found before
   * weights are loaded.
   */
  Module module(S settings);

  /**
   * How its rows become examples, so that a user can look at them before training; empty, as by
   * default, where it has no rows of its own.
   *
   * @param tokenizer the model's, absent where it has none
   */
  default Optional<RowEncoding<?>> encoding(S settings, Optional<Tokenizer> tokenizer) {
    return Optional.empty();
  }
}
