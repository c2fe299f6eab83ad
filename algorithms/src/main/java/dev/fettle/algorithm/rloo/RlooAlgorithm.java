package dev.fettle.algorithm.rloo;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.rl.RlModule;
import dev.fettle.algorithm.rl.TrajectoryBatch;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/**
 * REINFORCE with a leave-one-out baseline over whole answers: {@code algorithm: { type: rloo }}.
 */
public final class RlooAlgorithm implements Algorithm<RlooSettings, TrajectoryBatch> {
  @Override
  public String type() {
    return RlooSettings.TYPE;
  }

  @Override
  public Keys<RlooSettings> keys() {
    return RlooSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(RlooSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(RlModule.rows(settings.recipe(), tokenizer));
  }

  @Override
  public Module module(RlooSettings settings) {
    return new RlModule(settings.recipe());
  }
}
