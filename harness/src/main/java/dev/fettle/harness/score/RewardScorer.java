package dev.fettle.harness.score;

import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.objective.PooledScores;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.train.Policy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Rewards of whole sequences: examples packed into rows, one forward each. */
public final class RewardScorer implements AutoCloseable {
  private static final String REWARDS = "rewards";
  private static final String KIND = "reward";

  private final Policy model;
  private final int maxLength;
  private final ProgramCache.Share programs;
  private final PooledScores scores;

  /**
   * A scorer.
   *
   * @param model whose heads are a {@link RewardHead}
   * @param maxLength tokens of an example at most
   * @param programs where compiled programs are held
   */
  public RewardScorer(Policy model, int maxLength, ProgramCache programs) {
    this.model = model;
    this.maxLength = maxLength;
    this.programs = programs.share();
    RewardHead head = model.spec().head(RewardHead.class);
    this.scores = new PooledScores(ScalarHead.REWARD, head.pooling());
  }

  /**
   * The reward of each example, in order.
   *
   * @param examples of which each has a target, as all do that training would keep
   * @return NaN for an example without
   */
  public float[] score(List<Example> examples) {
    float[] rewards = new float[examples.size()];
    Arrays.fill(rewards, Float.NaN);
    if (examples.stream().allMatch(e -> e.targets() == 0)) {
      return rewards;
    }
    RowPlan plan = RowPlan.of(examples, Scorer.packing(examples, maxLength));
    int rows = Math.max(1, Scorer.TOKENS / plan.lengthFor(1));
    try (BatchSource<MicroBatch> source =
        BatchSource.evaluation(plan, Math.min(rows, plan.size()))) {
      for (Optional<StepBatch<MicroBatch>> s = source.next(); s.isPresent(); s = source.next()) {
        s.get().microBatches().forEach(batch -> read(batch, run(batch), rewards));
      }
    }
    return rewards;
  }

  private float[] run(MicroBatch batch) {
    ProgramKey key = scores.key(batch);
    Executable program = programs.get(key.forKind(KIND), () -> write(key));
    Map<String, HostTensor> inputs = model.inputs(scores.inputs(batch, key));
    Map<String, DeviceTensor> results = program.run(model.state(), inputs);
    try (DeviceTensor rewards = Objects.requireNonNull(results.get(REWARDS))) {
      return rewards.toHost().toFloats();
    }
  }

  private Program write(ProgramKey key) {
    ProgramBuilder b = new ProgramBuilder(key.forKind(KIND).name());
    b.output(REWARDS, scores.build(model.frozenContext(b), key));
    return b.build();
  }

  private static void read(MicroBatch batch, float[] of, float[] rewards) {
    List<Placement> answers = batch.answers();
    for (int i = 0; i < answers.size(); i++) {
      rewards[answers.get(i).example()] = of[i];
    }
  }

  @Override
  public void close() {
    programs.close();
  }
}
