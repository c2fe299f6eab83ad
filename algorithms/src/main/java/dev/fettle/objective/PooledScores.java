package dev.fettle.objective;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.models.head.Pooling;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.models.nn.TokenPlaces;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The one way from packed rows to a number for each whole sequence, as a reward: the body and a
 * scalar head over all tokens, and of these the last's or their mean. Sequences are numbered by
 * their place in {@link MicroBatch#answers}; a prompt that several share counts for each.
 */
public final class PooledScores {
  private static final String ROWS = "rows";
  private static final String LENGTH = "length";
  private static final String EXAMPLES = "examples";
  private static final String POOLED = "pooled";
  private static final String TOKENS = "pooled_tokens";
  private static final String OWNERS = "pooled_owners";
  private static final String WEIGHTS = "pooled_weights";
  private static final int ROUNDING = 8;

  private final ScalarHead head;
  private final Pooling pooling;
  private final AttentionLayout layout = new SharedPrompts();

  /** Scores by a head of the policy. */
  public PooledScores(ScalarHead head, Pooling pooling) {
    this.head = head;
    this.pooling = pooling;
  }

  /** A token that counts for a sequence. */
  private record Share(int token, int sequence, float weight) {}

  /** The sizes of a micro-batch, rounded up. */
  public ProgramKey key(MicroBatch batch) {
    int pooled = roundedUp(shares(batch).size());
    int examples = (Math.max(1, batch.answers().size()) + ROUNDING - 1) / ROUNDING * ROUNDING;
    return new ProgramKey(
        batch.rows() + "x" + batch.length() + "_" + pooled + "_" + examples,
        Map.of(ROWS, batch.rows(), LENGTH, batch.length(), POOLED, pooled, EXAMPLES, examples));
  }

  /** To one of four steps between powers of two, so that few programs serve all. */
  private static int roundedUp(int count) {
    int step = Math.max(ROUNDING, Integer.highestOneBit(Math.max(1, count)) / 4);
    return (count + step - 1) / step * step;
  }

  /** How many sequences a program of these sizes has, padding included. */
  public static int examples(ProgramKey key) {
    return key.size(EXAMPLES);
  }

  /**
   * Appends body, head and pooling.
   *
   * @return F32[examples]; 0 at padding
   */
  public Value build(ObjectiveContext c, ProgramKey key) {
    GraphBuilder g = c.g();
    TokenInputs tokens = TokenInputs.declare(c.builder(), key.size(ROWS), key.size(LENGTH));
    ModelScope scope = c.scope(layout.declare(c.builder(), tokens.ids().type()));
    Value scores = head.apply(scope, c.model().hidden(scope, tokens));
    Dim pooled = new Dim(POOLED, key.size(POOLED));
    TensorType index = TensorType.of(DType.I32, pooled);
    Value chosen = g.gather(scores, c.builder().input(TOKENS, index));
    Value shares = g.mul(chosen, c.builder().input(WEIGHTS, chosen.type()));
    TensorType sums = TensorType.of(DType.F32, new Dim(EXAMPLES, examples(key)));
    return g.scatterAdd(g.fill(0, sums), c.builder().input(OWNERS, index), shares);
  }

  /** The tensors of a micro-batch. */
  public Map<String, HostTensor> inputs(MicroBatch batch, ProgramKey key) {
    TokenPlaces places =
        TokenPlaces.packed(batch.rows(), batch.length(), batch.positions(), batch.segments());
    Map<String, HostTensor> inputs = new LinkedHashMap<>(TokenInputs.tensors(batch.ids(), places));
    inputs.putAll(layout.inputs(batch));
    int pooled = key.size(POOLED);
    int[] tokens = new int[pooled];
    int[] owners = new int[pooled];
    float[] weights = new float[pooled];
    int n = 0;
    for (Share share : shares(batch)) {
      tokens[n] = share.token();
      owners[n] = share.sequence();
      weights[n++] = share.weight();
    }
    inputs.put(TOKENS, HostTensor.ofInts(tokens, pooled));
    inputs.put(OWNERS, HostTensor.ofInts(owners, pooled));
    inputs.put(WEIGHTS, HostTensor.ofFloats(weights, pooled));
    return inputs;
  }

  private List<Share> shares(MicroBatch batch) {
    List<Share> shares = new ArrayList<>();
    List<Placement> answers = batch.answers();
    for (int i = 0; i < answers.size(); i++) {
      Placement at = answers.get(i);
      int from = at.row() * batch.length() + at.start();
      if (pooling == Pooling.LAST) {
        shares.add(new Share(from + at.length() - 1, i, 1));
        continue;
      }
      int[] tokens = tokens(batch, at.row(), from);
      for (int token : tokens) {
        shares.add(new Share(token, i, 1f / tokens.length));
      }
    }
    return shares;
  }

  /** The places of a sequence's tokens, its prompt's among them. */
  private static int[] tokens(MicroBatch batch, int row, int from) {
    int own = batch.segments()[from];
    int prompt = batch.prompts()[from];
    int[] tokens = new int[batch.length()];
    int n = 0;
    for (int i = row * batch.length(); i < (row + 1) * batch.length(); i++) {
      int segment = batch.segments()[i];
      if (segment == own || segment == prompt) {
        tokens[n++] = i;
      }
    }
    return Arrays.copyOf(tokens, n);
  }
}
