package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.op.Compare.Comparison;
import dev.fettle.ir.op.Compare.Kind;
import dev.fettle.ir.op.Compare.Select;
import dev.fettle.ir.op.Elementwise.Binary;
import dev.fettle.ir.op.Elementwise.Cast;
import dev.fettle.ir.op.Elementwise.Unary;
import dev.fettle.ir.op.Elementwise.UnaryKind;
import dev.fettle.spi.support.Lowerings;
import java.util.List;

/** Elementwise operations and comparisons; operands and results may be loose. */
final class ElementwiseLowering {
  private ElementwiseLowering() {}

  static void register(Lowerings<TfEmission> table) {
    table.put(Unary.class, ElementwiseLowering::unary);
    table.put(Binary.class, ElementwiseLowering::binary);
    table.put(
        Cast.class,
        (e, op, node) -> e.give(node, e.ops().cast(e.loose(node.inputs().get(0)), op.to())));
    table.put(Comparison.class, ElementwiseLowering::comparison);
    table.put(Select.class, ElementwiseLowering::select);
  }

  private static void unary(TfEmission e, Unary op, Node node) {
    Edge x = e.loose(node.inputs().get(0));
    Ops ops = e.ops();
    if (op.kind() == UnaryKind.IS_FINITE) {
      Edge finite =
          e.writer().node("IsFinite").in(x).attr("T", x.dtype()).one(DType.BOOL, x.sizes());
      e.give(node, finite);
    } else if (op.kind() == UnaryKind.NOT) {
      e.give(node, e.writer().node("LogicalNot").in(x).one(DType.BOOL, x.sizes()));
    } else if (TfEmission.isByte(x.dtype())) {
      Edge wide = ops.unary(name(op.kind()), ops.cast(x, DType.I32));
      e.give(node, ops.cast(wide, x.dtype()));
    } else {
      e.give(
          node,
          x.dtype() == DType.F32 && AccurateFunctions.has(op.kind())
              ? new AccurateFunctions(e).of(op.kind(), x)
              : ops.unary(name(op.kind()), x));
    }
  }

  private static String name(UnaryKind kind) {
    return switch (kind) {
      case NEG -> "Neg";
      case ABS -> "Abs";
      case EXP -> "Exp";
      case LOG -> "Log";
      case SQRT -> "Sqrt";
      case RSQRT -> "Rsqrt";
      case TANH -> "Tanh";
      case LOGISTIC -> "Sigmoid";
      case ERF -> "Erf";
      case FLOOR -> "Floor";
      case IS_FINITE -> "IsFinite";
      case NOT -> "LogicalNot";
    };
  }

  private static void binary(TfEmission e, Binary op, Node node) {
    Edge a = e.loose(node.inputs().get(0));
    Edge b = e.loose(node.inputs().get(1));
    Ops ops = e.ops();
    DType dtype = a.dtype();
    if (dtype == DType.BOOL) {
      String logical = name(op, dtype);
      List<Long> sizes = Ops.joined(a.sizes(), b.sizes());
      e.give(node, e.writer().node(logical).in(a, b).one(DType.BOOL, sizes));
    } else if (TfEmission.isByte(dtype)) {
      Edge wide = ops.binary(name(op, DType.I32), ops.cast(a, DType.I32), ops.cast(b, DType.I32));
      e.give(node, ops.cast(wide, dtype));
    } else {
      e.give(node, ops.binary(name(op, dtype), a, b));
    }
  }

  private static String name(Binary op, DType dtype) {
    return switch (op.kind()) {
      case ADD -> "AddV2";
      case SUB -> "Sub";
      case MUL -> "Mul";
      case DIV -> dtype.isInt() ? "TruncateDiv" : "RealDiv";
      case MAX -> "Maximum";
      case MIN -> "Minimum";
      case POW -> "Pow";
      case AND -> "LogicalAnd";
      case OR -> "LogicalOr";
      case MOD -> "TruncateMod";
    };
  }

  private static void comparison(TfEmission e, Comparison op, Node node) {
    Edge a = e.loose(node.inputs().get(0));
    Edge b = e.loose(node.inputs().get(1));
    boolean orderedBools = op.kind() == Kind.LESS && a.dtype() == DType.BOOL;
    DType as = orderedBools ? DType.U8 : a.dtype();
    String name = op.kind() == Kind.LESS ? "Less" : "Equal";
    e.give(node, e.ops().compare(name, e.ops().cast(a, as), e.ops().cast(b, as)));
  }

  private static void select(TfEmission e, Select op, Node node) {
    Edge c = e.loose(node.inputs().get(0));
    Edge a = e.loose(node.inputs().get(1));
    Edge b = e.loose(node.inputs().get(2));
    List<Long> sizes = Ops.joined(c.sizes(), Ops.joined(a.sizes(), b.sizes()));
    Edge y = e.writer().node("SelectV2").in(c, a, b).attr("T", a.dtype()).one(a.dtype(), sizes);
    e.give(node, y);
  }
}
