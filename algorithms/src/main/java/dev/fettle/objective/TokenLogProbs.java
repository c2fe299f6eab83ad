package dev.fettle.objective;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy;
import dev.fettle.models.head.LmHead;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.TokenInputs;
import dev.fettle.models.nn.TokenPlaces;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The one way from packed rows to token log-probabilities, for every objective: the body over all
 * tokens, the head only over the positions whose next token is a target. The logits at position t -
 * 1 predict token t. Who sees whom in a row is the {@link AttentionLayout}'s.
 */
public final class TokenLogProbs {
  private static final String SELECTED = "selected";
  private static final String TARGETS = "targets";
  private static final String WEIGHTS = "weights";

  /** Logits that may exist at one time: 32 Mi elements, 128 MiB in F32. */
  private static final long LOGITS_BUDGET = 32L << 20;

  /** Selected positions are rounded up to one of these shares of all, to keep bindings few. */
  private static final double[] SHARES = {0.0625, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 1};

  /** Matrix products like their sizes to be multiples of this. */
  private static final int ROUNDING = 32;

  private static final String ROWS = "rows";
  private static final String LENGTH = "length";

  private final AttentionLayout layout;
  private final double temperature;

  /** For sequences packed side by side. */
  public TokenLogProbs() {
    this(new PackedSegments());
  }

  /** For rows in which tokens see each other in a way of their own. */
  public TokenLogProbs(AttentionLayout layout) {
    this(layout, 1);
  }

  /**
   * For the distribution that answers were drawn from at a temperature.
   *
   * @param temperature that divides the logits, above 0
   */
  public TokenLogProbs(AttentionLayout layout, double temperature) {
    this.layout = layout;
    this.temperature = temperature;
  }

  /** The sizes of a micro-batch, its selected positions rounded up. */
  public static ProgramKey key(MicroBatch batch) {
    return key(batch, 0);
  }

  /**
   * The same where something is known about the micro-batches to come.
   *
   * @param usual what most micro-batches stay below: all these share one size. 0 if not known
   */
  public static ProgramKey key(MicroBatch batch, int usual) {
    int tokens = batch.rows() * batch.length();
    int common = (usual + ROUNDING - 1) / ROUNDING * ROUNDING;
    if (common > 0 && batch.targets() <= common && common <= tokens) {
      return key(batch.rows(), batch.length(), common);
    }
    for (double share : SHARES) {
      int room = (int) Math.ceil(tokens * share);
      if (room >= batch.targets()) {
        return key(batch.rows(), batch.length(), Math.max(1, room));
      }
    }
    return key(batch.rows(), batch.length(), tokens);
  }

  /**
   * The same where it is known how many there can be, as of answers that are sampled: a quarter of
   * that, half, or all of it. Their number changes from rollout to rollout, and each size is a
   * program that has to be compiled and is kept.
   *
   * @param most targets of a row
   */
  public static ProgramKey bounded(MicroBatch batch, int most) {
    int tokens = batch.rows() * batch.length();
    int all = batch.rows() * most;
    for (int part = 4; part > 0; part /= 2) {
      int share = (all + part - 1) / part;
      int room = Math.min(tokens, (share + ROUNDING - 1) / ROUNDING * ROUNDING);
      if (batch.targets() <= room) {
        return key(batch.rows(), batch.length(), room);
      }
    }
    // Rows that several answers share hold more.
    return key(batch);
  }

  private static ProgramKey key(int rows, int length, int selected) {
    return new ProgramKey(
        rows + "x" + length + "_" + selected,
        Map.of(ROWS, rows, LENGTH, length, SELECTED, selected));
  }

  /** How many positions a program of these sizes predicts from, padding included. */
  public static int selected(ProgramKey key) {
    return key.size(SELECTED);
  }

  /**
   * What the head gives for the selected positions.
   *
   * @param results those of {@link LinearCrossEntropy}
   * @param weights F32[selected]: each target's weight in the loss, 0 for padding
   * @param rows F32[selected, embed]: the hidden states the head read
   * @param head its weight, [vocab, embed]
   * @param read what the body made of all tokens
   */
  public record Scored(List<Value> results, Value weights, Value rows, Value head, Read read) {

    /** The sum of a per-position result, weighted as in the loss: a scalar. */
    public Value weighted(GraphBuilder g, LinearCrossEntropy.Result result) {
      return g.sumAll(g.mul(result.of(results), weights));
    }
  }

  /**
   * What a body made of all tokens of a micro-batch.
   *
   * @param scope it was written in
   * @param tokens it read
   * @param hidden F32[tokens, embed]
   * @param selected from values of all tokens, on the first axis, to those of the tokens that
   *     targets are predicted from
   */
  public record Read(
      ModelScope scope, TokenInputs tokens, Value hidden, UnaryOperator<Value> selected) {}

  /** Appends body and head. */
  public Scored build(ObjectiveContext c, ProgramKey key) {
    ProgramBuilder b = c.builder();
    TokenInputs tokens = TokenInputs.declare(b, key.size(ROWS), key.size(LENGTH));
    ModelScope scope = c.scope(layout.declare(b, tokens.ids().type()));
    Value hidden = c.model().hidden(scope, tokens);
    TensorType column = TensorType.of(DType.I32, new Dim(SELECTED, selected(key)));
    Read read = new Read(scope, tokens, hidden, of -> chosen(c, key, of));
    Value rows = chosen(c, key, hidden);
    if (temperature != 1) {
      // The logits divided, without a pass over them.
      rows = c.g().scale(rows, 1 / temperature);
    }
    Value targets = b.input(TARGETS, column);
    Value weights = b.input(WEIGHTS, column.withDType(DType.F32));
    Value head = c.spec().head(LmHead.class).weight(scope);
    LinearCrossEntropy op = new LinearCrossEntropy(chunk(c, key), c.options().precision());
    List<Value> results = LinearCrossEntropy.of(c.g(), op, rows, head, targets, weights);
    return new Scored(results, weights, rows, head, read);
  }

  private static Value chosen(ObjectiveContext c, ProgramKey key, Value of) {
    Dim chosen = new Dim(SELECTED, selected(key));
    if (selected(key) == key.size(ROWS) * key.size(LENGTH)) {
      List<Dim> dims = new ArrayList<>(of.shape().dims());
      dims.set(0, chosen);
      return c.g().reshape(of, new Shape(dims));
    }
    TensorType column = TensorType.of(DType.I32, chosen);
    return c.g().gather(of, c.builder().sharedInput(SELECTED, column));
  }

  /** Positions whose logits may exist at one time in a program of these sizes. */
  public static int chunk(ObjectiveContext c, ProgramKey key) {
    return chunk(selected(key), c.model().shape().vocab());
  }

  /**
   * Values of tokens, in the order in which their predictions are selected.
   *
   * @param ofTokens {@code [rows * length]}
   * @return {@code [selected]}; 0 at padding
   */
  public static float[] selected(MicroBatch batch, ProgramKey key, float[] ofTokens) {
    float[] values = new float[selected(key)];
    boolean all = values.length == batch.rows() * batch.length();
    int n = 0;
    for (int at = 1; at < ofTokens.length; at++) {
      if (batch.targetMask()[at] != 0) {
        values[all ? at - 1 : n++] = ofTokens[at];
      }
    }
    return values;
  }

  /**
   * From values in the order in which predictions are selected back to those of tokens.
   *
   * @param selected as a program of these sizes gives them
   * @return {@code [rows * length]}; 0 at what is not predicted
   */
  public static float[] laidOut(MicroBatch batch, ProgramKey key, float[] selected) {
    float[] values = new float[batch.rows() * batch.length()];
    boolean all = selected(key) == values.length;
    int n = 0;
    for (int at = 1; at < values.length; at++) {
      if (batch.targetMask()[at] != 0) {
        values[at] = selected[all ? at - 1 : n++];
      }
    }
    return values;
  }

  /** Rows of a chunk: as few chunks as the budget allows, all about equally large. */
  static int chunk(int rows, int vocab) {
    long most = Math.max(1, LOGITS_BUDGET / vocab);
    long chunks = (rows + most - 1) / most;
    return (int) ((rows + chunks - 1) / chunks);
  }

  /**
   * The tensors of a micro-batch.
   *
   * @param weight what every target's log-probability is multiplied by in the loss
   */
  public Map<String, HostTensor> inputs(MicroBatch batch, ProgramKey key, float weight) {
    int rows = key.size(ROWS);
    int length = key.size(LENGTH);
    int size = selected(key);
    boolean all = size == rows * length;
    int[] selected = new int[size];
    int[] targets = new int[size];
    float[] weights = new float[size];
    int n = 0;
    for (int r = 0; r < rows; r++) {
      for (int t = 1; t < length; t++) {
        int at = r * length + t;
        if (batch.targetMask()[at] != 0) {
          int place = all ? at - 1 : n++;
          selected[place] = at - 1;
          targets[place] = batch.ids()[at];
          weights[place] = weight;
        }
      }
    }
    TokenPlaces places = TokenPlaces.packed(rows, length, batch.positions(), batch.segments());
    Map<String, HostTensor> inputs = new LinkedHashMap<>(TokenInputs.tensors(batch.ids(), places));
    inputs.putAll(layout.inputs(batch));
    if (!all) {
      inputs.put(SELECTED, HostTensor.ofInts(selected, size));
    }
    inputs.put(TARGETS, HostTensor.ofInts(targets, size));
    inputs.put(WEIGHTS, HostTensor.ofFloats(weights, size));
    return inputs;
  }
}
