package dev.fettle.harness.score;

import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.Placement;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.spi.support.SoleUse;
import dev.fettle.train.Policy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Log-probabilities of target tokens: examples packed into rows, one forward each. One call at a
 * time: another one is an {@link IllegalStateException}.
 */
public final class Scorer implements AutoCloseable {
  private static final String NLL = "nll";

  /** Tokens run at once. */
  static final int TOKENS = 4096;

  /** A few short examples share a row. */
  private static final int SHORTEST_ROW = 256;

  /** Lengths of a program between one power of two and the next. */
  private static final int STEPS = 4;

  private final Policy policy;
  private final int maxLength;
  private final ProgramCache.Share programs;
  private final SoleUse guard = new SoleUse("the scorer");
  private final TokenLogProbs logProbs = new TokenLogProbs();

  /**
   * A scorer.
   *
   * @param maxLength tokens of an example at most
   * @param programs where compiled programs are held
   */
  public Scorer(Policy policy, int maxLength, ProgramCache programs) {
    this.policy = policy;
    this.maxLength = maxLength;
    this.programs = programs.share();
  }

  /** The log-probabilities of each example's targets, in order. */
  public float[][] score(List<Example> examples) {
    return guard.call(() -> scores(examples));
  }

  private float[][] scores(List<Example> examples) {
    float[][] scores = new float[examples.size()][];
    Arrays.setAll(scores, i -> new float[examples.get(i).targets()]);
    if (examples.stream().allMatch(e -> e.targets() == 0)) {
      return scores;
    }
    PackingOptions packing = packing(examples, maxLength);
    RowPlan plan = RowPlan.of(examples, packing);
    int rows = Math.max(1, TOKENS / packing.maxLength());
    try (BatchSource<MicroBatch> source =
        BatchSource.evaluation(plan, Math.min(rows, plan.size()))) {
      for (Optional<StepBatch<MicroBatch>> s = source.next(); s.isPresent(); s = source.next()) {
        s.get().microBatches().forEach(batch -> read(batch, run(batch), scores));
      }
    }
    return scores;
  }

  /** One call's examples are not as long as another's; still they share few programs. */
  static PackingOptions packing(List<Example> examples, int maxLength) {
    int longest = examples.stream().mapToInt(Example::length).max().orElse(2);
    int room = SHORTEST_ROW;
    while (room < longest) {
      room *= 2;
    }
    int multiple = Math.max(PackingOptions.DEFAULT_MULTIPLE, room / 2 / STEPS);
    int length = Math.min(maxLength, room);
    return new PackingOptions(Packing.BFD, length, multiple, PackingOptions.WHOLE);
  }

  private float[] run(MicroBatch batch) {
    ProgramKey key = TokenLogProbs.key(batch);
    Executable program = programs.get(key.forKind("score"), () -> write(key));
    Map<String, HostTensor> inputs = policy.inputs(logProbs.inputs(batch, key, 1));
    try (DeviceTensor nll = Objects.requireNonNull(program.run(policy.state(), inputs).get(NLL))) {
      return place(batch, TokenLogProbs.selected(key), nll.toHost().toFloats());
    }
  }

  private Program write(ProgramKey key) {
    ProgramBuilder b = new ProgramBuilder(key.forKind("score").name());
    b.output(NLL, Result.NLL.of(logProbs.build(policy.frozenContext(b), key).results()));
    return b.build();
  }

  /** From the selected positions to the places of the tokens they predict. */
  private static float[] place(MicroBatch batch, int selected, float[] nll) {
    int size = batch.rows() * batch.length();
    boolean all = selected == size;
    float[] placed = new float[size];
    int n = 0;
    for (int at = 1; at < size; at++) {
      if (batch.targetMask()[at] != 0) {
        placed[at] = nll[all ? at - 1 : n++];
      }
    }
    return placed;
  }

  private static void read(MicroBatch batch, float[] nll, float[][] scores) {
    for (Placement p : batch.placements()) {
      int from = p.row() * batch.length() + p.start();
      int n = 0;
      for (int at = from; at < from + p.length(); at++) {
        if (batch.targetMask()[at] != 0) {
          scores[p.example()][n++] = -nll[at];
        }
      }
    }
  }

  @Override
  public void close() {
    guard.close(programs::close);
  }
}
