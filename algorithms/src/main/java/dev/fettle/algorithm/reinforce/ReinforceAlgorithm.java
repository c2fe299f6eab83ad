package dev.fettle.algorithm.reinforce;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.rl.RlModule;
import dev.fettle.algorithm.rl.TrajectoryBatch;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/** REINFORCE: {@code algorithm: { type: reinforce }}. */
public final class ReinforceAlgorithm implements Algorithm<ReinforceSettings, TrajectoryBatch> {
  @Override
  public String type() {
    return ReinforceSettings.TYPE;
  }

  @Override
  public Keys<ReinforceSettings> keys() {
    return ReinforceSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(
      ReinforceSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(RlModule.rows(settings.recipe(), tokenizer));
  }

  @Override
  public Module module(ReinforceSettings settings) {
    return new RlModule(settings.recipe());
  }
}
