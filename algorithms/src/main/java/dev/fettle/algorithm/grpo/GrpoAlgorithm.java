package dev.fettle.algorithm.grpo;

import com.google.inject.Module;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.rl.RlModule;
import dev.fettle.algorithm.rl.TrajectoryBatch;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/** Group relative policy optimisation: {@code algorithm: { type: grpo }}. */
public final class GrpoAlgorithm implements Algorithm<GrpoSettings, TrajectoryBatch> {
  @Override
  public String type() {
    return GrpoSettings.TYPE;
  }

  @Override
  public Keys<GrpoSettings> keys() {
    return GrpoSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(GrpoSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(RlModule.rows(settings.recipe(), tokenizer));
  }

  @Override
  public Module module(GrpoSettings settings) {
    return new RlModule(settings.recipe());
  }
}
