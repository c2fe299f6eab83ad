package dev.fettle.backend.tensorflow;

import static dev.fettle.ir.Dim.dim;

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
import dev.fettle.ir.composite.Split;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** GPT-2's training step as two programs, without the model module, to measure with. */
final class Gpt2Programs {

  /** A model and a batch. */
  record Size(String name, int vocab, int layers, int embed, int heads, int batch, int seq) {
    static final Size TINY = new Size("tiny", 61, 2, 16, 2, 2, 5);
    static final Size SMALL = new Size("small", 8192, 6, 384, 6, 8, 128);
    static final Size GPT2 = new Size("gpt2", 50257, 12, 768, 12, 4, 256);
  }

  private final Size size;
  private final Precision precision;
  private final Map<String, Slot> parameters = new LinkedHashMap<>();
  private final Map<String, Value> reads = new LinkedHashMap<>();
  private final ProgramBuilder b = new ProgramBuilder("accumulate");
  private final GraphBuilder g = b.g();
  private final Dim batch;
  private final Dim seq;
  private final Dim tokens;
  private final Dim embed;
  private final Dim heads;
  private final Dim headDim;

  private Gpt2Programs(Size size, Precision precision) {
    this.size = size;
    this.precision = precision;
    batch = dim("batch", size.batch());
    seq = dim("seq", size.seq());
    tokens = dim("tokens", (long) size.batch() * size.seq());
    embed = dim("embed", size.embed());
    heads = dim("heads", size.heads());
    headDim = dim("headDim", size.embed() / size.heads());
  }

  /** Both programs, and the parameters' slots. */
  record Step(Program accumulate, Program apply, List<Slot> parameters) {}

  static Step of(Size size, Precision precision) {
    Gpt2Programs p = new Gpt2Programs(size, precision);
    Program accumulate = p.accumulate();
    return new Step(accumulate, p.apply(), List.copyOf(p.parameters.values()));
  }

  private Value parameter(String name, Dim... dims) {
    return reads.computeIfAbsent(
        name,
        n -> {
          Slot slot = new Slot("param/" + n, TensorType.of(DType.F32, dims));
          parameters.put(n, slot);
          return b.state(slot, true);
        });
  }

  private Program accumulate() {
    Value ids = b.input("ids", TensorType.of(DType.I32, tokens));
    Value targets = b.input("targets", TensorType.of(DType.I32, tokens));
    Value weights = b.input("weights", TensorType.of(DType.F32, tokens));
    Value positions = g.iota(TensorType.of(DType.I32, batch, seq), 1);
    Value bias = causal();
    Dim vocab = dim("vocab", size.vocab());
    Value wte = parameter("wte", vocab, embed);
    Value wpe = parameter("wpe", dim("positions", 1024), embed);
    Value at = g.reshape(g.gather(wpe, positions), tokens, embed);
    Value x = g.add(g.gather(wte, ids), at);
    for (int i = 0; i < size.layers(); i++) {
      Value in = x;
      int layer = i;
      x = g.scope("h." + i, () -> block("h." + layer, in, bias));
    }
    Value hidden = norm("ln_f", x);
    List<Value> loss =
        LinearCrossEntropy.of(
            g,
            new LinearCrossEntropy((int) tokens.size(), precision),
            hidden,
            wte,
            targets,
            weights);
    List<String> names = new ArrayList<>(reads.keySet());
    List<Value> grads = Gradients.of(g, loss.get(0), List.copyOf(reads.values()));
    for (int i = 0; i < names.size(); i++) {
      b.write("grad/" + names.get(i), grads.get(i));
    }
    b.output("loss", loss.get(0));
    return b.build();
  }

  private Value causal() {
    Dim key = dim("key", size.seq());
    TensorType square = TensorType.of(DType.I32, seq, key);
    Value later = g.less(g.iota(square, 0), g.iota(square, 1));
    TensorType floats = square.withDType(DType.F32);
    Value one = g.select(later, g.fill(Attention.MASKED, floats), g.fill(0, floats));
    return g.broadcastRow(one, Shape.of(batch, seq, key));
  }

  private Value norm(String name, Value x) {
    return LayerNorm.of(g, x, parameter(name + ".g", embed), parameter(name + ".b", embed), 1e-5);
  }

  private Value linear(String name, Value x, Dim in, Dim out) {
    Value w = parameter(name + ".w", in, out);
    return Linear.of(g, new Linear(false, precision), x, w, parameter(name + ".b", out));
  }

  private Value block(String name, Value x, Value bias) {
    Value normed = norm(name + ".ln_1", x);
    Value qkv = linear(name + ".attn", normed, embed, dim("qkv", 3L * size.embed()));
    List<Value> parts = Split.of(g, qkv, 1, List.of(embed, embed, embed));
    Value q = split(parts.get(0), seq);
    Value k = split(parts.get(1), dim("key", size.seq()));
    Value v = split(parts.get(2), dim("key", size.seq()));
    Attention attention = new Attention(1 / Math.sqrt((double) headDim.size()), precision);
    Value mixed = Attention.of(g, attention, q, k, v, bias);
    Value joined = g.reshape(g.transpose(mixed, List.of(0, 2, 1, 3)), tokens, embed);
    Value y = g.add(x, linear(name + ".proj", joined, embed, embed));
    Dim mlp = dim("mlp", 4L * size.embed());
    Value up = linear(name + ".fc", norm(name + ".ln_2", y), embed, mlp);
    Value active = Gelu.of(g, up, Gelu.Form.TANH);
    return g.add(y, linear(name + ".out", active, mlp, embed));
  }

  private Value split(Value x, Dim length) {
    return g.transpose(g.reshape(x, batch, length, heads, headDim), List.of(0, 2, 1, 3));
  }

  private Program apply() {
    ProgramBuilder apply = new ProgramBuilder("apply");
    TensorType scalar = TensorType.scalar(DType.F32);
    Value lr = apply.input("lr", scalar);
    Value c1 = apply.input("c1", scalar);
    Value c2 = apply.input("c2", scalar);
    Value scale = apply.input("scale", scalar);
    AdamW adam = new AdamW(0.9, 0.999, 1e-8, 0.01);
    parameters.forEach(
        (name, slot) -> {
          Value p = apply.state(slot, false);
          Value grad = apply.state(new Slot("grad/" + name, slot.type()), false);
          Value m = apply.state(new Slot("m/" + name, slot.type()), false);
          Value v = apply.state(new Slot("v/" + name, slot.type()), false);
          List<Value> out = apply.g().emit(adam, List.of(p, grad, m, v, lr, scale, c1, c2));
          apply.write(slot.name(), out.get(0));
          apply.write("m/" + name, out.get(1));
          apply.write("v/" + name, out.get(2));
        });
    return apply.build();
  }
}
