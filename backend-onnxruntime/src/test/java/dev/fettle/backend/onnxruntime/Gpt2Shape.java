package dev.fettle.backend.onnxruntime;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.composite.LinearCrossEntropy;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GPT-2 of a given shape, written out for timing: a program of gradients and one of updates.
 *
 * @param vocab number of tokens
 * @param layers number of blocks
 * @param embed width
 * @param heads attention heads
 * @param batch rows
 * @param seq tokens a row
 * @param recompute true to drop the activations of each block
 */
record Gpt2Shape(
    long vocab, int layers, long embed, long heads, long batch, long seq, boolean recompute) {

  static final Gpt2Shape TINY = new Gpt2Shape(97, 2, 32, 4, 2, 16, false);
  static final Gpt2Shape SMALL = new Gpt2Shape(8192, 6, 384, 6, 8, 128, false);
  static final Gpt2Shape GPT2 = new Gpt2Shape(50257, 12, 768, 12, 4, 256, false);

  /** Writes one program. */
  private final class Writer {
    final ProgramBuilder b = new ProgramBuilder("gradients");
    final GraphBuilder g = b.g();
    final Map<String, Value> params = new LinkedHashMap<>();
    final Dim batchDim = new Dim("batch", batch);
    final Dim seqDim = new Dim("seq", seq);
    final Dim tokens = new Dim("tokens", batch * seq);
    final Dim embedDim = new Dim("embed", embed);
    final Dim mlp = new Dim("mlp", 4 * embed);
    final Value bias = b.input("bias", TensorType.of(DType.F32, batchDim, seqDim, new Dim("key", seq)));

    Value param(String name, Dim... dims) {
      return params.computeIfAbsent(
          name, n -> b.state(new Slot("param/" + n, TensorType.of(DType.F32, dims)), true));
    }

    Value norm(String name, Value x) {
      return LayerNorm.of(g, x, param(name + ".g", embedDim), param(name + ".b", embedDim), 1e-5);
    }

    Value linear(String name, Value x, Dim out) {
      Value w = param(name + ".w", x.shape().dim(1), out);
      return Linear.of(g, new Linear(false, Precision.FULL), x, w, param(name + ".b", out));
    }

    Value heads(Value x, String seqName) {
      Dim h = new Dim("heads", heads);
      Dim d = new Dim("headDim", embed / heads);
      Value split = g.reshape(x, batchDim, new Dim(seqName, seq), h, d);
      return g.transpose(split, List.of(0, 2, 1, 3));
    }

    Value attention(String name, Value x) {
      Dim three = new Dim("qkv", 3 * embed);
      Value qkv = linear(name + ".qkv", x, three);
      Value q = heads(g.sliceAxis(qkv, 1, 0, embedDim), "seq");
      Value k = heads(g.sliceAxis(qkv, 1, embed, embedDim), "key");
      Value v = heads(g.sliceAxis(qkv, 1, 2 * embed, embedDim), "key");
      Attention op = new Attention(1 / Math.sqrt((double) embed / heads), Precision.FULL);
      Value mixed = g.transpose(Attention.of(g, op, q, k, v, bias), List.of(0, 2, 1, 3));
      return linear(name + ".proj", g.reshape(mixed, tokens, embedDim), embedDim);
    }

    Value block(String name, Value x) {
      Value mid = g.add(x, attention(name + ".attn", norm(name + ".ln1", x)));
      Value up = linear(name + ".up", norm(name + ".ln2", mid), mlp);
      return g.add(mid, linear(name + ".down", Gelu.of(g, up, Gelu.Form.TANH), embedDim));
    }

    Value loss() {
      Value ids = b.input("ids", TensorType.of(DType.I32, tokens));
      Value targets = b.input("targets", TensorType.of(DType.I32, tokens));
      Value weights = b.input("weights", TensorType.of(DType.F32, tokens));
      Value wte = param("wte", new Dim("vocab", vocab), embedDim);
      Value wpe = param("wpe", seqDim, embedDim);
      Value positions = g.broadcast(wpe, Shape.of(batchDim, seqDim, embedDim), List.of(1, 2));
      Value x = g.add(g.gather(wte, ids), g.reshape(positions, tokens, embedDim));
      for (int i = 0; i < layers; i++) {
        String name = "h" + i;
        Value in = x;
        x = recompute ? g.recomputed(name, () -> block(name, in)) : block(name, in);
      }
      LinearCrossEntropy head = new LinearCrossEntropy((int) (batch * seq), Precision.FULL);
      return LinearCrossEntropy.of(g, head, norm("lnf", x), wte, targets, weights).get(0);
    }
  }

  /** Parameters to {@code grad/*} (overwritten) and the loss. */
  Program gradients() {
    Writer w = new Writer();
    Value loss = w.loss();
    List<Value> grads = Gradients.of(w.g, loss, new ArrayList<>(w.params.values()));
    int i = 0;
    for (String name : w.params.keySet()) {
      w.b.write("grad/" + name, grads.get(i++));
    }
    w.b.output("loss", loss);
    return w.b.build();
  }

  /** The parameters. */
  List<Slot> parameters() {
    Writer w = new Writer();
    w.loss();
    return w.params.entrySet().stream().map(e -> new Slot(e.getKey(), e.getValue().type())).toList();
  }

  /** AdamW on every parameter. */
  Program apply() {
    ProgramBuilder b = new ProgramBuilder("apply");
    Value lr = b.input("lr", TensorType.scalar(DType.F32));
    Value one = b.g().constant(DType.F32, 1);
    Value c1 = b.input("c1", TensorType.scalar(DType.F32));
    Value c2 = b.input("c2", TensorType.scalar(DType.F32));
    AdamW op = new AdamW(0.9, 0.999, 1e-8, 0.01);
    for (Slot p : parameters()) {
      List<Value> in = new ArrayList<>();
      for (String kind : List.of("param/", "grad/", "m/", "v/")) {
        in.add(b.state(new Slot(kind + p.name(), p.type()), false));
      }
      in.addAll(List.of(lr, one, c1, c2));
      List<Value> out = b.g().emit(op, in);
      b.write("param/" + p.name(), out.get(0));
      b.write("m/" + p.name(), out.get(1));
      b.write("v/" + p.name(), out.get(2));
    }
    return b.build();
  }
}
