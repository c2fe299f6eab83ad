package dev.fettle.harness;

import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.Binding;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.source.BatchSource;
import dev.fettle.source.Example;
import dev.fettle.source.MicroBatch;
import dev.fettle.source.Packing;
import dev.fettle.source.PackingOptions;
import dev.fettle.source.Placement;
import dev.fettle.source.RowPlan;
import dev.fettle.source.StepBatch;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.train.Policy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Log-probabilities of target tokens: examples packed into rows, one forward each. */
final class Scorer implements AutoCloseable {
  private static final String NLL = "nll";

  /** Tokens run at once. */
  private static final int TOKENS = 4096;

  private final Policy policy;
  private final int maxLength;
  private final Map<Binding, Executable> compiled = new HashMap<>();

  Scorer(Policy policy, int maxLength) {
    this.policy = policy;
    this.maxLength = maxLength;
  }

  /** The log-probabilities of each example's targets, in order. */
  float[][] score(List<Example> examples) {
    float[][] scores = new float[examples.size()][];
    Arrays.setAll(scores, i -> new float[examples.get(i).targets()]);
    if (examples.stream().allMatch(e -> e.targets() == 0)) {
      return scores;
    }
    int longest = examples.stream().mapToInt(Example::length).max().orElse(2);
    PackingOptions packing = PackingOptions.of(Packing.BFD, Math.min(maxLength, roomFor(longest)));
    RowPlan plan = RowPlan.of(examples, packing);
    int rows = Math.max(1, TOKENS / packing.maxLength());
    try (BatchSource source = BatchSource.evaluation(plan, Math.min(rows, plan.size()))) {
      for (Optional<StepBatch> s = source.next(); s.isPresent(); s = source.next()) {
        s.get().microBatches().forEach(batch -> read(batch, run(batch), scores));
      }
    }
    return scores;
  }

  /** A few short examples share a row. */
  private static int roomFor(int longest) {
    return Math.max(256, longest);
  }

  private float[] run(MicroBatch batch) {
    Binding binding = TokenLogProbs.bind(batch);
    Executable program = compiled.computeIfAbsent(binding, b -> policy.backend().compile(write(b)));
    Map<String, HostTensor> inputs = new HashMap<>(TokenLogProbs.inputs(batch, binding, 1));
    inputs.keySet().retainAll(program.program().inputs().keySet());
    try (DeviceTensor nll = Objects.requireNonNull(program.run(policy.state(), inputs).get(NLL))) {
      return place(batch, binding, nll.toHost().toFloats());
    }
  }

  private Program write(Binding binding) {
    ProgramBuilder b = new ProgramBuilder("score");
    b.output(NLL, Result.NLL.of(TokenLogProbs.build(policy.frozenContext(b), binding).results()));
    return b.build();
  }

  /** From the selected positions to the places of the tokens they predict. */
  private static float[] place(MicroBatch batch, Binding binding, float[] nll) {
    int size = batch.rows() * batch.length();
    boolean all = binding.selected() == size;
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
    compiled.values().forEach(Executable::close);
    compiled.clear();
  }
}
