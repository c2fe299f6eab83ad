package dev.fettle.integration;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.SharedPrompts;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Pairs of token ids from golden files, and what is computed of them. */
final class GoldenPairs {
  private static final int LONGEST = 512;

  private GoldenPairs() {}

  /** An answer behind its prompt; the answer's tokens are the targets. */
  static Example example(int[] prompt, int[] answer) {
    int[] ids = new int[prompt.length + answer.length];
    byte[] mask = new byte[ids.length];
    System.arraycopy(prompt, 0, ids, 0, prompt.length);
    System.arraycopy(answer, 0, ids, prompt.length, answer.length);
    for (int i = prompt.length; i < ids.length; i++) {
      mask[i] = 1;
    }
    return new Example(ids, mask, new RowOrigin(Path.of("golden"), 1, RowOrigin.Unit.LINE));
  }

  static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  /** The pairs in micro-batches of so many rows. */
  static List<PairBatch> batches(List<PreferencePair> pairs, Packing packing, int rows) {
    RowPlan plan = PreferencePair.plan(pairs, PackingOptions.of(packing, LONGEST), true);
    List<PairBatch> all = new ArrayList<>();
    BatchSource.portions(
            plan, rows, (MicroBatch m) -> PairBatch.of(m, pairs, PreferencePair.PROMPTED))
        .forEach(all::add);
    return all;
  }

  /** Every answer token's log-probability, in the order of the rows. */
  static double[] logProbs(Policy policy, MicroBatch rows) {
    TokenLogProbs logProbs = new TokenLogProbs(new SharedPrompts());
    ProgramKey key = TokenLogProbs.key(rows);
    ProgramBuilder b = new ProgramBuilder("log_probs");
    Value nll = Result.NLL.of(logProbs.build(policy.frozenContext(b), key).results());
    b.output("log_probs", b.g().neg(nll));
    float[] all = run(policy, b, "log_probs", logProbs.inputs(rows, key, 1)).toFloats();
    float[] places = new float[rows.targetMask().length];
    for (int i = 0; i < places.length; i++) {
      places[i] = rows.targetMask()[i];
    }
    float[] real = TokenLogProbs.selected(rows, key, places);
    double[] kept = new double[rows.targets()];
    int n = 0;
    for (int i = 0; i < real.length; i++) {
      if (real[i] != 0) {
        kept[n++] = all[i];
      }
    }
    return kept;
  }

  /** What a program over a policy gives. */
  static HostTensor run(
      Policy policy, ProgramBuilder b, String output, Map<String, HostTensor> batch) {
    Map<String, HostTensor> inputs = new HashMap<>(policy.inputs(batch));
    try (Executable program = policy.backend().compile(b.build())) {
      inputs.keySet().retainAll(program.program().inputs().keySet());
      try (DeviceTensor t =
          Objects.requireNonNull(program.run(policy.state(), inputs).get(output))) {
        return t.toHost();
      }
    }
  }
}
