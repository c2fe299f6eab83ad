package dev.fettle.algorithm.a2c;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.rl.RlModule;
import dev.fettle.algorithm.rl.TrajectoryBatch;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/** Advantage actor-critic: {@code algorithm: { type: a2c }}. */
public final class A2cAlgorithm implements Algorithm<A2cSettings, TrajectoryBatch> {
  @Override
  public String type() {
    return A2cSettings.TYPE;
  }

  @Override
  public Keys<A2cSettings> keys() {
    return A2cSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(A2cSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(RlModule.rows(settings.recipe(), tokenizer));
  }

  @Override
  public Module module(A2cSettings settings) {
    return new RlModule(settings.recipe());
  }
}
