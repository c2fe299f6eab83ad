package dev.fettle.algorithm.reward;

import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.head.RewardScale;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.objective.PooledScores;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Measures where the rewards of a trained model lie: of chosen and rejected answers alike. */
final class RewardMeasure {
  private static final String REWARDS = "rewards";
  private static final String KIND = "measure";

  private final Policy model;
  private final PooledScores scores;
  private long count;
  private double mean;
  private double squares;

  private RewardMeasure(Policy model, RewardHead head) {
    this.model = model;
    this.scores = new PooledScores(ScalarHead.REWARD, head.pooling());
  }

  /**
   * The scale of a model's rewards.
   *
   * @param sets micro-batches
   * @return none where all rewards are equal, or are no numbers
   */
  static Optional<RewardScale> of(
      Policy model, ProgramCache programs, List<? extends Iterable<PairBatch>> sets) {
    RewardMeasure measure = new RewardMeasure(model, model.spec().head(RewardHead.class));
    try (ProgramCache.Share share = programs.share()) {
      for (Iterable<PairBatch> set : sets) {
        for (PairBatch batch : set) {
          measure.add(batch, share);
        }
      }
    }
    return measure.scale();
  }

  private void add(PairBatch batch, ProgramCache.Share programs) {
    ProgramKey key = scores.key(batch.rows());
    Executable program = programs.get(key.forKind(KIND), () -> write(key));
    Map<String, DeviceTensor> results =
        program.run(model.state(), model.inputs(scores.inputs(batch.rows(), key)));
    try (DeviceTensor rewards = Objects.requireNonNull(results.get(REWARDS))) {
      float[] of = rewards.toHost().toFloats();
      for (int i = 0; i < 2 * batch.pairs(); i++) {
        // Welford's running mean and sum of squares.
        double from = of[i] - mean;
        mean += from / ++count;
        squares += from * (of[i] - mean);
      }
    }
  }

  private Program write(ProgramKey key) {
    ProgramBuilder b = new ProgramBuilder(key.forKind(KIND).name());
    b.output(REWARDS, scores.build(model.frozenContext(b), key));
    return b.build();
  }

  private Optional<RewardScale> scale() {
    double std = Math.sqrt(squares / count);
    return Double.isFinite(mean) && Double.isFinite(std) && std > 0
        ? Optional.of(new RewardScale(mean, std))
        : Optional.empty();
  }
}
