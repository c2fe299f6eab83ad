package dev.fettle.tck.onnx;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.composite.CrossEntropy;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.Rope;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.onnx.OnnxNode.NotMapped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Products, normalisations, attention and losses. */
final class ModelMappings {
  private ModelMappings() {}

  static void add(Map<String, Consumer<Sketch>> table) {
    table.put("MatMul", s -> s.out(0, s.g().matmul(s.in(0), s.in(1))));
    table.put("Gemm", ModelMappings::gemm);
    table.put("Softmax", s -> lastAxis(s, x -> Softmax.of(s.g(), x)));
    table.put("LogSoftmax", s -> lastAxis(s, x -> logSoftmax(s.g(), x)));
    table.put("LayerNormalization", ModelMappings::layerNorm);
    table.put("RMSNormalization", ModelMappings::rmsNorm);
    table.put("RotaryEmbedding", ModelMappings::rope);
    table.put("Attention", ModelMappings::attention);
    table.put("SoftmaxCrossEntropyLoss", s -> loss(s, true));
    table.put("NegativeLogLikelihoodLoss", s -> loss(s, false));
  }

  private static void gemm(Sketch s) {
    GraphBuilder g = s.g();
    boolean ta = s.node().integer("transA", 0) == 1;
    boolean tb = s.node().integer("transB", 0) == 1;
    Value product =
        g.scale(g.matmul(s.in(0), s.in(1), ta, tb, Precision.FULL), s.node().number("alpha", 1));
    s.out(
        0,
        s.optional(2)
            .map(
                c ->
                    g.add(
                        product, g.scale(s.spread(c, product.shape()), s.node().number("beta", 1))))
            .orElse(product));
  }

  private static void lastAxis(Sketch s, java.util.function.UnaryOperator<Value> f) {
    Value x = s.in(0);
    int last = x.shape().rank() - 1;
    int axis = s.axis("axis", -1, last + 1);
    s.out(0, s.moved(f.apply(s.moved(x, axis, last)), last, axis));
  }

  private static Value logSoftmax(GraphBuilder g, Value x) {
    List<Integer> last = List.of(x.shape().rank() - 1);
    Value shifted = g.sub(x, g.broadcastColumn(g.reduceMax(x, last), x.shape()));
    return g.sub(shifted, g.broadcastColumn(g.log(g.sum(g.exp(shifted), last)), x.shape()));
  }

  private static void layerNorm(Sketch s) {
    Value x = s.in(0);
    Value rows = s.rows(x, s.axis("axis", -1, x.shape().rank()));
    Shape row = Shape.of(rows.shape().dim(1));
    Value gamma = s.g().reshape(s.in(1), row);
    Value beta = s.optional(2).map(b -> s.g().reshape(b, row)).orElse(s.fill(0, gamma));
    LayerNorm op = new LayerNorm(s.node().number("epsilon", 1e-5f));
    List<Value> results = s.g().emit(op, List.of(rows, gamma, beta));
    for (int i = 0; i < 3; i++) {
      s.out(i, results.get(i));
    }
  }

  private static void rmsNorm(Sketch s) {
    Value x = s.in(0);
    Value rows = s.rows(x, s.axis("axis", -1, x.shape().rank()));
    Value gamma = s.g().reshape(s.in(1), Shape.of(rows.shape().dim(1)));
    s.out(0, RmsNorm.of(s.g(), rows, gamma, s.node().number("epsilon", 1e-5f)));
  }

  /** x[batch, heads, seq, headDim] or [batch, seq, heads * headDim]; half-rotation layout only. */
  private static void rope(Sketch s) {
    boolean plain =
        s.node().integer("interleaved", 0) == 0 && s.node().integer("rotary_embedding_dim", 0) == 0;
    if (!plain) {
      throw new NotMapped("only the half-rotation layout over the whole head");
    }
    GraphBuilder g = s.g();
    Value x = s.in(0);
    boolean flat = x.shape().rank() == 3;
    long heads = s.node().integer("num_heads", 0);
    Value apart = flat ? heads(s, x, heads) : x;
    Value turned = g.transpose(apart, List.of(0, 2, 1, 3));
    Value cos = table(s, s.in(1), turned);
    Value sin = table(s, s.in(2), turned);
    Value result = g.transpose(Rope.of(g, turned, cos, sin), List.of(0, 2, 1, 3));
    s.out(0, flat ? g.transpose(result, List.of(0, 2, 1, 3)) : result);
  }

  private static Value table(Sketch s, Value cache, Value x) {
    Value rows = s.node().optional(3).isEmpty() ? cache : s.g().gather(cache, s.in(3));
    Shape half =
        Shape.of(
            x.shape().dim(0),
            x.shape().dim(1),
            new dev.fettle.ir.Dim("half", x.shape().size(3) / 2));
    return s.g().reshape(rows, half);
  }

  private static Value heads(Sketch s, Value x, long heads) {
    if (heads == 0) {
      throw new NotMapped("heads are not counted");
    }
    long size = x.shape().size(2) / heads;
    Shape apart = Sketch.shape(x.shape().size(0), x.shape().size(1), heads, size);
    return s.g().transpose(s.g().reshape(x, apart), List.of(0, 2, 1, 3));
  }

  private static void attention(Sketch s) {
    boolean plain =
        s.node().number("softcap", 0) == 0
            && s.node().optional(6).isEmpty()
            && s.node().outputs().size() < 4;
    if (!plain) {
      throw new NotMapped("softcap, padding lengths or scores as a result");
    }
    GraphBuilder g = s.g();
    boolean flat = s.node().in(0).sizes().length == 3;
    long kvHeads = s.node().integer("kv_num_heads", 0);
    Value q = flat ? heads(s, s.in(0), s.node().integer("q_num_heads", 0)) : s.in(0);
    Value k = joined(s, 4, flat ? heads(s, s.in(1), kvHeads) : s.in(1));
    Value v = joined(s, 5, flat ? heads(s, s.in(2), kvHeads) : s.in(2));
    double scale = s.node().number("scale", 1 / Math.sqrt((double) q.shape().size(3)));
    Value y = Attention.of(g, new Attention(scale, Precision.FULL), q, k, v, bias(s, q, k));
    s.out(0, flat ? g.transpose(y, List.of(0, 2, 1, 3)) : y);
    s.out(1, k);
    s.out(2, v);
  }

  /** Keys or values behind those of the past. */
  private static Value joined(Sketch s, int past, Value now) {
    Optional<Value> before = s.optional(past);
    if (before.isEmpty()) {
      return now;
    }
    Value all = s.g().concat(List.of(before.get(), now), 2);
    return s.g().reshape(all, Sketch.shape(all.shape().sizes()));
  }

  private static Value bias(Sketch s, Value q, Value k) {
    GraphBuilder g = s.g();
    Shape shape = Shape.of(q.shape().dim(0), q.shape().dim(2), k.shape().dim(2));
    Value bias = g.fill(0, new TensorType(q.dtype(), shape));
    Value minus = g.fill(q.dtype() == DType.F32 ? Attention.MASKED : -60000, bias.type());
    if (s.node().optional(3).isPresent()) {
      requireOpenRows(s);
      Value mask = s.in(3);
      if (mask.shape().rank() == 4) {
        if (mask.shape().size(1) != 1) {
          throw new NotMapped("a mask for each head");
        }
        mask = g.reshape(mask, mask.shape().without(List.of(1)));
      }
      Value spread = s.spread(mask, shape);
      bias = mask.dtype() == DType.BOOL ? g.select(spread, bias, minus) : spread;
    }
    if (s.node().integer("is_causal", 0) == 1) {
      TensorType index = new TensorType(DType.I32, shape);
      long past = s.node().optional(4).map(t -> t.sizes()[2]).orElse(0L);
      Value row = g.offset(g.iota(index, 1), (double) past);
      bias = g.select(g.less(row, g.iota(index, 2)), minus, bias);
    }
    return bias;
  }

  /** Our attention wants every query to see a key; ONNX gives zeros where one sees none. */
  private static void requireOpenRows(Sketch s) {
    HostTensor mask = s.node().in(3);
    int rank = mask.sizes().length;
    long keys = mask.sizes()[rank - 1];
    long queries = mask.sizes()[rank - 2];
    boolean causal = s.node().integer("is_causal", 0) == 1;
    for (long row = 0; row < mask.elements() / keys; row++) {
      boolean open = mask.dtype() != DType.BOOL;
      for (long key = 0; key < keys; key++) {
        boolean allowed = !causal || key <= row % queries;
        open |= allowed && mask.get(row * keys + key) != 0;
      }
      if (!open) {
        throw new NotMapped("a query that sees no key");
      }
    }
  }

  /** Classes lie on axis 1; logits for the softmax form, log-probabilities for the other. */
  private static void loss(Sketch s, boolean softmax) {
    GraphBuilder g = s.g();
    Value x = s.in(0);
    int last = x.shape().rank() - 1;
    Value byRow = s.rows(s.moved(x, 1, last), last);
    Value targets = s.toIndex(g.reshape(s.in(1), Shape.of(byRow.shape().dim(0))));
    Value ignored =
        g.equal(targets, s.fill((double) s.node().integer("ignore_index", -9999), targets));
    Value safe = g.select(ignored, s.fill(0, targets), targets);
    Value nll = softmax ? CrossEntropy.of(g, byRow, safe).get(0) : picked(g, byRow, safe);
    Value ones = s.fill(1, nll);
    Value given = s.optional(2).map(w -> g.gather(w, safe)).orElse(ones);
    Value weights = g.select(ignored, s.fill(0, nll), given);
    Value weighted = g.mul(nll, weights);
    switch (s.node().text("reduction", "mean")) {
      case "none" -> s.out(0, weighted);
      case "sum" -> s.out(0, g.sumAll(weighted));
      default -> s.out(0, g.div(g.sumAll(weighted), g.sumAll(weights)));
    }
    if (softmax && s.node().outputs().size() > 1) {
      Value moved = s.moved(x, 1, last);
      s.out(1, s.moved(logSoftmax(g, moved), last, 1));
    }
  }

  private static Value picked(GraphBuilder g, Value rows, Value targets) {
    Shape column = Shape.of(rows.shape().dim(0), new dev.fettle.ir.Dim("one", 1));
    Value taken = g.takeAlong(rows, g.reshape(targets, column), 1);
    return g.neg(g.reshape(taken, targets.shape()));
  }
}
