package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.composite.LinearCrossEntropy;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.Rope;
import dev.fettle.ir.composite.Split;
import dev.fettle.ir.composite.SwiGlu;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A language model of two blocks, the first like GPT-2 (LayerNorm, GELU, learned positions), the
 * second like Llama (RMSNorm, rotary positions, grouped heads, SwiGLU), with a tied head. Rows hold
 * two packed segments.
 *
 * <p>Projections to keys have no bias: its gradient is zero, and AdamW would make steps of the
 * rounding errors.
 */
final class TinyGpt implements TinyModel {
  private static final int CHUNK = 5;
  private static final Dim SEQ = dim("seq", 6);
  private static final Dim EMBED = dim("embed", 8);
  private static final Dim HEADS = dim("heads", 2);
  private static final Dim KV = dim("kvHeads", 1);
  private static final Dim HEAD_DIM = dim("headDim", 4);
  private static final Dim HALF = dim("half", 2);
  private static final Dim MLP = dim("mlp", 12);
  private static final Dim VOCAB = dim("vocab", 11);
  private static final Dim QKV = dim("qkv", 24);
  private static final Linear LINEAR = new Linear(true, Precision.FULL);
  private static final Linear CONV1D = new Linear(false, Precision.FULL);

  @Override
  public Map<String, TensorType> parameters(DType floats) {
    Map<String, TensorType> p = new LinkedHashMap<>();
    p.put("tokens", TensorType.of(floats, VOCAB, EMBED));
    p.put("positions", TensorType.of(floats, SEQ, EMBED));
    p.put("0.norm.gamma", TensorType.of(floats, EMBED));
    p.put("0.norm.beta", TensorType.of(floats, EMBED));
    p.put("0.qkv", TensorType.of(floats, EMBED, QKV));
    p.put("0.out", TensorType.of(floats, EMBED, EMBED));
    p.put("0.out.bias", TensorType.of(floats, EMBED));
    p.put("0.up", TensorType.of(floats, EMBED, MLP));
    p.put("0.up.bias", TensorType.of(floats, MLP));
    p.put("0.down", TensorType.of(floats, MLP, EMBED));
    p.put("1.norm.gamma", TensorType.of(floats, EMBED));
    p.put("1.q", TensorType.of(floats, EMBED, EMBED));
    p.put("1.k", TensorType.of(floats, HEAD_DIM.withSize(4), EMBED));
    p.put("1.v", TensorType.of(floats, HEAD_DIM.withSize(4), EMBED));
    p.put("1.out", TensorType.of(floats, EMBED, EMBED));
    p.put("1.gate", TensorType.of(floats, MLP, EMBED));
    p.put("1.up", TensorType.of(floats, MLP, EMBED));
    p.put("1.down", TensorType.of(floats, EMBED, MLP));
    p.put("final.gamma", TensorType.of(floats, EMBED));
    return p;
  }

  @Override
  public Map<String, TensorType> inputs(DType floats, int batch) {
    Dim b = dim("batch", batch);
    Dim rows = rows(batch);
    Map<String, TensorType> in = new LinkedHashMap<>();
    in.put("ids", TensorType.of(DType.I32, rows));
    in.put("at", TensorType.of(DType.I32, rows));
    in.put("targets", TensorType.of(DType.I32, rows));
    in.put("weights", TensorType.of(floats, rows));
    in.put("bias", TensorType.of(floats, b, SEQ, SEQ));
    in.put("cos", TensorType.of(floats, b, SEQ, HALF));
    in.put("sin", TensorType.of(floats, b, SEQ, HALF));
    return in;
  }

  private static Dim rows(int batch) {
    return dim("rows", batch * SEQ.size());
  }

  @Override
  public Value loss(GraphBuilder g, Function<String, Value> v, boolean recompute) {
    Value start =
        g.add(
            g.gather(v.apply("tokens"), v.apply("ids")),
            g.gather(v.apply("positions"), v.apply("at")));
    Value first = region(g, recompute, "0", () -> gptBlock(g, v, start));
    Value second = region(g, recompute, "1", () -> llamaBlock(g, v, first));
    Value hidden = RmsNorm.of(g, second, v.apply("final.gamma"), 1e-6);
    LinearCrossEntropy head = new LinearCrossEntropy(CHUNK, Precision.FULL);
    List<Value> results =
        LinearCrossEntropy.of(
            g, head, hidden, v.apply("tokens"), v.apply("targets"), v.apply("weights"));
    return LinearCrossEntropy.Result.LOSS.of(results);
  }

  private static Value region(
      GraphBuilder g, boolean recompute, String name, Supplier<Value> block) {
    return recompute ? g.recomputed(name, block) : block.get();
  }

  private static Value gptBlock(GraphBuilder g, Function<String, Value> v, Value x) {
    Value n = LayerNorm.of(g, x, v.apply("0.norm.gamma"), v.apply("0.norm.beta"), 1e-5);
    Value qkv = Linear.of(g, CONV1D, n, v.apply("0.qkv"), null);
    List<Value> parts = Split.of(g, qkv, -1, List.of(EMBED, EMBED, EMBED));
    Dim kv = KV.withSize(HEADS.size());
    Value mixed =
        attend(
            g,
            v,
            toHeads(g, v, parts.get(0), HEADS),
            toHeads(g, v, parts.get(1), kv),
            toHeads(g, v, parts.get(2), kv));
    Value y = g.add(x, Linear.of(g, CONV1D, mixed, v.apply("0.out"), v.apply("0.out.bias")));
    Value up = Linear.of(g, CONV1D, y, v.apply("0.up"), v.apply("0.up.bias"));
    Value h = Gelu.of(g, up, Gelu.Form.EXACT);
    return g.add(y, Linear.of(g, CONV1D, h, v.apply("0.down"), null));
  }

  private static Value llamaBlock(GraphBuilder g, Function<String, Value> v, Value x) {
    Value n = RmsNorm.of(g, x, v.apply("1.norm.gamma"), 1e-6);
    Value q = rotated(g, v, Linear.of(g, LINEAR, n, v.apply("1.q"), null), HEADS);
    Value k = rotated(g, v, Linear.of(g, LINEAR, n, v.apply("1.k"), null), KV);
    Value value = toHeads(g, v, Linear.of(g, LINEAR, n, v.apply("1.v"), null), KV);
    Value mixed = attend(g, v, q, k, value);
    Value y = g.add(x, Linear.of(g, LINEAR, mixed, v.apply("1.out"), null));
    Value gate = Linear.of(g, LINEAR, y, v.apply("1.gate"), null);
    Value up = Linear.of(g, LINEAR, y, v.apply("1.up"), null);
    return g.add(y, Linear.of(g, LINEAR, SwiGlu.of(g, gate, up), v.apply("1.down"), null));
  }

  private static Shape apart(Function<String, Value> v, Dim heads) {
    return Shape.of(v.apply("bias").shape().dim(0), SEQ, heads, HEAD_DIM);
  }

  private static Value toHeads(GraphBuilder g, Function<String, Value> v, Value x, Dim heads) {
    return g.transpose(g.reshape(x, apart(v, heads)), List.of(0, 2, 1, 3));
  }

  private static Value rotated(GraphBuilder g, Function<String, Value> v, Value x, Dim heads) {
    Value turned = Rope.of(g, g.reshape(x, apart(v, heads)), v.apply("cos"), v.apply("sin"));
    return g.transpose(turned, List.of(0, 2, 1, 3));
  }

  private static Value attend(
      GraphBuilder g, Function<String, Value> v, Value q, Value k, Value value) {
    Attention op = new Attention(0.5, Precision.FULL);
    Value mixed = Attention.of(g, op, q, k, value, v.apply("bias"));
    Value rows = g.transpose(mixed, List.of(0, 2, 1, 3));
    return g.reshape(rows, v.apply("ids").shape().dim(0), EMBED);
  }

  @Override
  public Map<String, HostTensor> batch(DType floats, int batch, int first) {
    Map<String, HostTensor> made = new LinkedHashMap<>();
    inputs(floats, batch).forEach((name, type) -> made.put(name, HostTensor.allocate(type)));
    for (int row = 0; row < batch; row++) {
      fill(made, row, new SplittableRandom(100 + first + row));
    }
    return made;
  }

  /** Two segments, cut at a random place; the last token of each has no target. */
  private static void fill(Map<String, HostTensor> made, int row, SplittableRandom random) {
    int seq = (int) SEQ.size();
    int cut = random.nextInt(2, 5);
    for (int i = 0; i < seq; i++) {
      int at = row * seq + i;
      int position = i < cut ? i : i - cut;
      boolean last = i == cut - 1 || i == seq - 1;
      Maps.get(made, "ids").set(at, random.nextInt((int) VOCAB.size()));
      Maps.get(made, "targets").set(at, random.nextInt((int) VOCAB.size()));
      Maps.get(made, "at").set(at, position);
      Maps.get(made, "weights").set(at, last ? 0 : 1);
      for (int key = 0; key < seq; key++) {
        boolean seen = key <= i && (key < cut) == (i < cut);
        Maps.get(made, "bias").set((long) at * seq + key, seen ? 0 : (float) Attention.MASKED);
      }
      for (int f = 0; f < HALF.size(); f++) {
        double angle = position * Math.pow(10, -f);
        Maps.get(made, "cos").set(at * HALF.size() + f, (float) Math.cos(angle));
        Maps.get(made, "sin").set(at * HALF.size() + f, (float) Math.sin(angle));
      }
    }
  }
}
