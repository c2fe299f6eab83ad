package dev.fettle.harness.model;

import dev.fettle.data.Example;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.harness.score.Scorer;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How likely a model on a backend finds what may follow prompts. For one thread. */
final class Likelihoods implements AutoCloseable {
  private static final RowOrigin ORIGIN = new RowOrigin(Path.of("prompts"), 1, RowOrigin.Unit.ROW);

  private final Policy policy;
  private final int longest;
  private final ProgramCache programs;
  private @Nullable Scorer scorer;

  /** Of a model that takes so many tokens. */
  Likelihoods(Policy policy, int longest, ProgramCache programs) {
    this.policy = policy;
    this.longest = longest;
    this.programs = programs;
  }

  double[] of(List<Continuation> all) {
    List<Example> examples = all.stream().map(this::example).toList();
    if (scorer == null) {
      scorer = new Scorer(policy, longest, programs);
    }
    double[] sums = new double[all.size()];
    float[][] scores = scorer.score(examples);
    for (int i = 0; i < sums.length; i++) {
      for (float score : scores[i]) {
        sums[i] += score;
      }
    }
    return sums;
  }

  private Example example(Continuation continuation) {
    int[] ids = continuation.whole();
    if (ids.length > longest) {
      throw new IllegalArgumentException(
          "a prompt with what follows it has "
              + ids.length
              + " tokens, and the model takes "
              + longest);
    }
    byte[] targets = new byte[ids.length];
    Arrays.fill(targets, continuation.prompt().length, ids.length, (byte) 1);
    return new Example(ids, targets, ORIGIN);
  }

  @Override
  public void close() {
    if (scorer != null) {
      scorer.close();
    }
  }
}
