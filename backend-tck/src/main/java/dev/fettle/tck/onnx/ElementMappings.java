package dev.fettle.tck.onnx;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.Relu;
import dev.fettle.ir.composite.SwiGlu;
import dev.fettle.tck.onnx.OnnxNode.NotMapped;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Operators that treat every element by itself. */
final class ElementMappings {
  private ElementMappings() {}

  static void add(Map<String, Consumer<Sketch>> table) {
    unary(table);
    activations(table);
    binary(table);
    table.put("Where", ElementMappings::where);
    table.put("Clip", ElementMappings::clip);
    table.put("Cast", ElementMappings::cast);
  }

  private static void one(
      Map<String, Consumer<Sketch>> table, String op, BiFunction<GraphBuilder, Value, Value> f) {
    table.put(op, s -> s.out(0, f.apply(s.g(), s.in(0))));
  }

  private static void unary(Map<String, Consumer<Sketch>> table) {
    one(table, "Abs", GraphBuilder::abs);
    one(table, "Neg", GraphBuilder::neg);
    one(table, "Exp", GraphBuilder::exp);
    one(table, "Log", GraphBuilder::log);
    one(table, "Sqrt", GraphBuilder::sqrt);
    one(table, "Tanh", GraphBuilder::tanh);
    one(table, "Sigmoid", GraphBuilder::logistic);
    one(table, "Erf", GraphBuilder::erf);
    one(table, "Floor", GraphBuilder::floor);
    one(table, "Not", GraphBuilder::not);
    one(table, "Identity", (g, x) -> x.dtype().isFloat() ? g.scale(x, 1) : x);
    one(table, "Reciprocal", (g, x) -> g.div(g.fill(1, x.type()), x));
    one(table, "Relu", Relu::of);
    one(table, "Softplus", (g, x) -> g.log(g.offset(g.exp(x), 1)));
    one(table, "IsNaN", (g, x) -> g.not(g.equal(x, x)));
    one(
        table,
        "Sign",
        (g, x) -> {
          Value zero = g.fill(0, x.type());
          Value up = g.cast(g.less(zero, x), x.dtype());
          return g.sub(up, g.cast(g.less(x, zero), x.dtype()));
        });
  }

  private static void activations(Map<String, Consumer<Sketch>> table) {
    table.put(
        "Gelu",
        s -> {
          boolean tanh = s.node().text("approximate", "none").equals("tanh");
          s.out(0, Gelu.of(s.g(), s.in(0), tanh ? Gelu.Form.TANH : Gelu.Form.EXACT));
        });
    table.put(
        "Swish",
        s -> {
          Value x = s.in(0);
          double alpha = s.node().number("alpha", 1);
          s.out(0, s.g().mul(x, s.g().logistic(s.g().scale(x, alpha))));
        });
    table.put(
        "SwiGLU",
        s -> {
          if (s.node().number("alpha", 1) != 1) {
            throw new NotMapped("our gate has no factor");
          }
          s.out(0, SwiGlu.of(s.g(), s.in(0), s.in(1)));
        });
    table.put(
        "Elu",
        s -> {
          Value x = s.in(0);
          Value low = s.g().scale(s.g().offset(s.g().exp(x), -1), s.node().number("alpha", 1));
          s.out(0, s.g().select(s.g().less(x, s.fill(0, x)), low, x));
        });
  }

  /** Two operands; where the node has one or three, it is folded. */
  private static void two(Map<String, Consumer<Sketch>> table, String op, Fold f) {
    table.put(
        op,
        s -> {
          if (s.node().inputs().size() == 2) {
            List<Value> p = s.pair();
            s.out(0, f.apply(s.g(), p.get(0), p.get(1)));
            return;
          }
          Value all = s.in(0);
          for (int i = 1; i < s.node().inputs().size(); i++) {
            all = f.apply(s.g(), all, s.in(i));
          }
          s.out(0, all);
        });
  }

  private interface Fold {
    Value apply(GraphBuilder g, Value a, Value b);
  }

  private static void binary(Map<String, Consumer<Sketch>> table) {
    two(table, "Add", GraphBuilder::add);
    two(table, "Sum", GraphBuilder::add);
    two(table, "Sub", GraphBuilder::sub);
    two(table, "Mul", GraphBuilder::mul);
    two(table, "Div", GraphBuilder::div);
    two(table, "Max", GraphBuilder::max);
    two(table, "Min", GraphBuilder::min);
    two(table, "Pow", GraphBuilder::pow);
    two(table, "And", GraphBuilder::and);
    two(table, "Or", GraphBuilder::or);
    two(table, "Less", GraphBuilder::less);
    two(table, "Greater", (g, a, b) -> g.less(b, a));
    two(table, "Equal", GraphBuilder::equal);
    two(table, "LessOrEqual", (g, a, b) -> g.or(g.less(a, b), g.equal(a, b)));
    two(table, "GreaterOrEqual", (g, a, b) -> g.or(g.less(b, a), g.equal(a, b)));
    table.put(
        "Mod",
        s -> {
          List<Value> p = s.pair();
          boolean signed = p.get(0).dtype() != DType.U8;
          if (s.node().integer("fmod", 0) == 0 && signed) {
            throw new NotMapped("a remainder with the divisor's sign");
          }
          s.out(0, s.g().mod(p.get(0), p.get(1)));
        });
  }

  private static void where(Sketch s) {
    Value condition = s.in(0);
    Shape shape = Sketch.shape(s.published(0).sizes());
    s.out(
        0,
        s.g()
            .select(
                s.spread(condition, shape), s.spread(s.in(1), shape), s.spread(s.in(2), shape)));
  }

  private static void clip(Sketch s) {
    Value x = s.in(0);
    Value low = s.optional(1).map(v -> s.g().max(x, s.spread(v, x.shape()))).orElse(x);
    s.out(0, s.optional(2).map(v -> s.g().min(low, s.spread(v, x.shape()))).orElse(low));
  }

  private static void cast(Sketch s) {
    s.out(0, s.g().cast(s.in(0), s.published(0).dtype()));
  }
}
