package dev.fettle.algorithm.kto;

import dev.fettle.algorithm.preference.Reference;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * How far the policy is from the reference, estimated as TRL does: every answer of a step behind
 * the prompt of the next, the last one behind that of the first, and the mean of these answers'
 * log-ratios, 0 at least.
 *
 * @param policy as it stands
 * @param reference what it is held against
 * @param packing of the rows these sequences are laid into; longer ones are cut
 * @param rows of a micro-batch
 */
public record Mismatched(Reference policy, Reference reference, PackingOptions packing, int rows) {

  /**
   * The estimate.
   *
   * @param answers of the whole step, however it is cut into micro-batches, in order
   */
  public double distance(List<Example> answers) {
    RowPlan plan =
        RowPlan.ofGroups(crossed(answers, packing.maxLength()), List::<Example>of, packing);
    double sum = 0;
    long count = 0;
    for (MicroBatch batch : BatchSource.portions(plan, rows, Function.identity())) {
      float[] ones = new float[batch.targetMask().length];
      Arrays.fill(ones, 1);
      float[] own = policy.logProbs(batch, ones);
      float[] its = reference.logProbs(batch, ones);
      for (int i = 0; i < own.length; i++) {
        sum += (double) own[i] - its[i];
        count++;
      }
    }
    return Math.max(0, sum / count);
  }

  /** Prompt i with answer i - 1, and the first prompt with the last answer. */
  static List<Example> crossed(List<Example> answers, int longest) {
    List<Example> crossed = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Example before = answers.get((i + answers.size() - 1) % answers.size());
      crossed.add(crossed(answers.get(i), before, longest));
    }
    return crossed;
  }

  private static Example crossed(Example prompt, Example answer, int longest) {
    int from = firstTarget(answer);
    int length = firstTarget(prompt);
    int whole = Math.min(longest, length + answer.length() - from);
    int[] ids = Arrays.copyOf(prompt.ids(), whole);
    byte[] mask = new byte[whole];
    System.arraycopy(answer.ids(), from, ids, length, whole - length);
    System.arraycopy(answer.targetMask(), from, mask, length, whole - length);
    return new Example(ids, mask, prompt.origin());
  }

  private static int firstTarget(Example example) {
    int at = 0;
    while (example.targetMask()[at] == 0) {
      at++;
    }
    return at;
  }
}
