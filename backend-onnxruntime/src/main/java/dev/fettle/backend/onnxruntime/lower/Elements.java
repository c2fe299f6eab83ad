package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Compare;
import dev.fettle.ir.op.Compare.Kind;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Elementwise.UnaryKind;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Literals, elementwise operations and comparisons. */
final class Elements {
  private Elements() {}

  static void register(Lowerings<OnnxEmission> table) {
    table
        .put(Create.Constant.class, Elements::constant)
        .put(Create.Iota.class, Elements::iota)
        .put(Elementwise.Unary.class, Elements::unary)
        .put(Elementwise.Binary.class, Elements::binary)
        .put(Elementwise.Cast.class, Elements::cast)
        .put(Compare.Comparison.class, Elements::compare)
        .put(Compare.Select.class, Elements::select);
  }

  private static void constant(OnnxEmission c, Create.Constant op, Node node) {
    List<Long> sizes = OnnxEmission.sizes(op.type().shape());
    c.bind(node.output(), c.graph().literal(op.type().dtype(), sizes, op.values()));
  }

  /** One row along the axis; the other axes repeat it. */
  private static void iota(OnnxEmission c, Create.Iota op, Node node) {
    int rank = op.type().rank();
    long n = op.type().shape().size(op.axis());
    List<Long> dims = new ArrayList<>(Collections.nCopies(rank - op.axis(), 1L));
    dims.set(0, n);
    String name = c.graph().literal(op.type().dtype(), dims, i -> i);
    c.bind(node.output(), new Operand(name, dims));
  }

  private static void unary(OnnxEmission c, Elementwise.Unary op, Node node) {
    DType dtype = node.inputs().get(0).dtype();
    switch (op.kind()) {
      case NEG -> {
        if (dtype == DType.U8) {
          Operand x = c.read(node.inputs().get(0));
          String y = c.node("Sub", c.scalar(dtype, 0), x.name());
          c.bind(node.output(), new Operand(y, x.dims()));
        } else {
          c.elementwise("Neg", node);
        }
      }
      case ABS -> c.elementwise("Abs", node);
      case EXP -> c.elementwise("Exp", node);
      case LOG -> c.elementwise("Log", node);
      case SQRT -> c.elementwise("Sqrt", node);
      case RSQRT -> {
        Operand x = c.read(node.inputs().get(0));
        String y = c.node("Reciprocal", c.node("Sqrt", x.name()));
        c.bind(node.output(), new Operand(y, x.dims()));
      }
      case TANH, LOGISTIC -> {
        if (dtype == DType.F32) {
          Operand x = c.read(node.inputs().get(0));
          AccurateFunctions f = new AccurateFunctions(c);
          String y = op.kind() == UnaryKind.TANH ? f.tanh(x.name()) : f.logistic(x.name());
          c.bind(node.output(), new Operand(y, x.dims()));
        } else {
          c.elementwise(op.kind() == UnaryKind.TANH ? "Tanh" : "Sigmoid", node);
        }
      }
      case ERF -> c.elementwise("Erf", node);
      case FLOOR -> c.elementwise("Floor", node);
      case IS_FINITE -> {
        Operand x = c.read(node.inputs().get(0));
        String infinity = c.scalar(dtype, Double.POSITIVE_INFINITY);
        String y = c.node("Less", c.node("Abs", x.name()), infinity);
        c.bind(node.output(), new Operand(y, x.dims()));
      }
      case NOT -> c.elementwise("Not", node);
    }
  }

  private static void binary(OnnxEmission c, Elementwise.Binary op, Node node) {
    switch (op.kind()) {
      case ADD -> {
        if (!Products.addInto(c, node) && !sumOfAll(c, node)) {
          c.elementwise("Add", node);
        }
      }
      case SUB -> c.elementwise("Sub", node);
      case MUL -> {
        if (!Products.scaled(c, node) && !timesOne(c, node)) {
          c.elementwise("Mul", node);
        }
      }
      case DIV -> c.elementwise("Div", node);
      case MAX -> c.elementwise("Max", node);
      case MIN -> c.elementwise("Min", node);
      case POW -> through(c, "Pow", node, narrowInt(node) ? DType.I32 : node.output().dtype());
      case AND -> c.elementwise("And", node);
      case OR -> c.elementwise("Or", node);
      case MOD -> c.elementwise("Mod", node, Attributes.integer("fmod", 1));
    }
  }

  /** Adds to a sum as to its terms, in one pass, where nobody else reads the sum. */
  private static boolean sumOfAll(OnnxEmission c, Node node) {
    List<Long> sizes = OnnxEmission.sizes(node.output().shape());
    boolean whole = c.readAll(node).stream().allMatch(o -> o.dims().equals(sizes));
    for (int i = 0; i < 2 && whole; i++) {
      Value sum = node.inputs().get(i);
      List<String> terms = c.addends(c.read(sum).name());
      if (!terms.isEmpty() && c.uses().readOnce(sum)) {
        List<String> all = new ArrayList<>(List.of(c.whole(node.inputs().get(1 - i))));
        all.addAll(terms);
        c.bind(node.output(), c.node("Sum", all));
        return true;
      }
    }
    return false;
  }

  /** Leaves out a multiplication by 1 where that saves a launch. */
  private static boolean timesOne(OnnxEmission c, Node node) {
    for (int i = 0; i < 2 && c.target() == Target.CUDA; i++) {
      boolean one = c.uses().splat(node.inputs().get(1 - i)).filter(x -> x == 1).isPresent();
      if (one) {
        c.bind(node.output(), c.read(node.inputs().get(i)));
        return true;
      }
    }
    return false;
  }

  private static boolean narrowInt(Node node) {
    DType dtype = node.inputs().get(0).dtype();
    return dtype == DType.I8 || dtype == DType.U8;
  }

  /** Computes in another type where there is no kernel for the operands' own. */
  private static void through(OnnxEmission c, String op, Node node, DType wide) {
    List<Operand> in = c.readAll(node);
    DType own = node.output().dtype();
    if (wide == own) {
      c.elementwise(op, node);
      return;
    }
    List<String> cast = in.stream().map(o -> c.cast(o.name(), wide)).toList();
    c.bind(node.output(), new Operand(c.cast(c.node(op, cast), own), Operand.broadcast(in)));
  }

  private static void cast(OnnxEmission c, Elementwise.Cast op, Node node) {
    Operand x = c.read(node.inputs().get(0));
    c.bind(node.output(), new Operand(c.cast(x.name(), op.to()), x.dims()));
  }

  private static void compare(OnnxEmission c, Compare.Comparison op, Node node) {
    boolean bool = node.inputs().get(0).dtype() == DType.BOOL;
    if (op.kind() == Kind.EQUAL) {
      c.elementwise("Equal", node);
    } else if (bool) {
      List<Operand> in = c.readAll(node);
      String y = c.node("And", c.node("Not", in.get(0).name()), in.get(1).name());
      c.bind(node.output(), new Operand(y, Operand.broadcast(in)));
    } else {
      c.elementwise("Less", node);
    }
  }

  private static void select(OnnxEmission c, Compare.Select op, Node node) {
    DType dtype = node.output().dtype();
    List<Operand> in = c.readAll(node);
    List<String> names = in.stream().map(Operand::name).toList();
    String y;
    if (dtype == DType.BOOL) {
      String chosen = c.node("And", names.get(0), names.get(1));
      y = c.node("Or", chosen, c.node("And", c.node("Not", names.get(0)), names.get(2)));
    } else if (dtype == DType.I8) {
      List<String> wide =
          List.of(names.get(0), c.cast(names.get(1), DType.I32), c.cast(names.get(2), DType.I32));
      y = c.cast(c.node("Where", wide), dtype);
    } else {
      y = c.node("Where", names);
    }
    c.bind(node.output(), new Operand(y, Operand.broadcast(in)));
  }
}
