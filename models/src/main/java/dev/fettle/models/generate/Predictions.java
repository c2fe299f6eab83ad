package dev.fettle.models.generate;

import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What a run of a program said of the next token of each row. */
interface Predictions {

  /**
   * Chooses a row's next token.
   *
   * @param sampler of the calling thread
   */
  Pick pick(int row, Sequence sequence, Sampler sampler);

  /** Whether threads may choose at the same time, and it is work enough for that. */
  default boolean isWorkForMany() {
    return false;
  }

  /** Every logit of every row. */
  record Whole(FloatBuffer logits, int vocab) implements Predictions {
    /** Logits that one thread looks through sooner than another one wakes. */
    private static final int FEW = 1 << 14;

    static Whole of(Map<String, HostTensor> results, int vocab) {
      return new Whole(floats(results, GeneratorPrograms.LOGITS), vocab);
    }

    @Override
    public boolean isWorkForMany() {
      return logits.capacity() > FEW;
    }

    @Override
    public Pick pick(int row, Sequence sequence, Sampler sampler) {
      float[] own = new float[vocab];
      logits.get(row * vocab, own);
      return sampler.pick(own, sequence.seen(), sequence.draws());
    }
  }

  /**
   * The likeliest token of each row.
   *
   * @param whole asked where a row's logits are not all finite: then every one must be seen
   */
  record Best(IntBuffer ids, FloatBuffer logits, FloatBuffer totals, Supplier<Predictions> whole)
      implements Predictions {

    static Best of(Map<String, HostTensor> results, Supplier<Predictions> whole) {
      return new Best(
          ints(results, GeneratorPrograms.IDS),
          floats(results, GeneratorPrograms.LOGITS),
          floats(results, GeneratorPrograms.TOTALS),
          whole);
    }

    @Override
    public Pick pick(int row, Sequence sequence, Sampler sampler) {
      if (Float.isNaN(totals.get(row))) {
        return whole.get().pick(row, sequence, sampler);
      }
      return new Pick(ids.get(row), logits.get(row) - totals.get(row), 0);
    }
  }

  /**
   * The likeliest tokens of each row, largest first.
   *
   * @param count how many are chosen from
   * @param whole asked where logits are not all finite, and where the last of these ties with the
   *     next: then top-k keeps both
   */
  record Top(Best best, int count, Supplier<Predictions> whole) implements Predictions {

    @Override
    public Pick pick(int row, Sequence sequence, Sampler sampler) {
      int from = row * Wanted.COUNT;
      float total = best.totals.get(row);
      boolean tie = best.logits.get(from + count - 1) == best.logits.get(from + count);
      if (Float.isNaN(total) || tie) {
        return whole.get().pick(row, sequence, sampler);
      }
      // By id, as when every token is looked at: the draw goes through them in this order.
      long[] byId = new long[count];
      for (int i = 0; i < count; i++) {
        byId[i] = (long) best.ids.get(from + i) << 32 | i;
      }
      Arrays.sort(byId);
      int[] ids = new int[count];
      float[] logits = new float[count];
      for (int i = 0; i < count; i++) {
        ids[i] = (int) (byId[i] >> 32);
        logits[i] = best.logits.get(from + (int) byId[i]);
      }
      return sampler.pickAmong(ids, logits, total, sequence.draws());
    }
  }

  private static FloatBuffer floats(Map<String, HostTensor> results, String name) {
    return Objects.requireNonNull(results.get(name), name).floats();
  }

  private static IntBuffer ints(Map<String, HostTensor> results, String name) {
    return Objects.requireNonNull(results.get(name), name).ints();
  }
}
