package dev.fettle.algorithm.ppo;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.rl.RlModule;
import dev.fettle.algorithm.rl.TrajectoryBatch;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/** Proximal policy optimisation: {@code algorithm: { type: ppo }}. */
public final class PpoAlgorithm implements Algorithm<PpoSettings, TrajectoryBatch> {
  @Override
  public String type() {
    return PpoSettings.TYPE;
  }

  @Override
  public Keys<PpoSettings> keys() {
    return PpoSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(PpoSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(RlModule.rows(settings.recipe(), tokenizer));
  }

  @Override
  public Module module(PpoSettings settings) {
    return new RlModule(settings.recipe());
  }
}
