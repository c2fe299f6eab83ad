package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.CrossEntropy;
import dev.fettle.ir.composite.FusedUpdate;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.ir.composite.Split;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Elementwise.UnaryKind;
import dev.fettle.ir.op.Index;
import dev.fettle.ir.op.Layout;
import dev.fettle.ir.op.Op;
import dev.fettle.program.Program;
import dev.fettle.spi.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the runtime has kernels for, by operation and element type. */
public final class Kernels implements Capabilities {
  private static final Set<DType> WIDE = Set.of(DType.F32, DType.F64);

  private final Target target;

  /** The kernels for a kind of device. */
  public Kernels(Target target) {
    this.target = target;
  }

  @Override
  public boolean composite(CompositeOp op, List<TensorType> inputs) {
    DType dtype = inputs.get(0).dtype();
    if (op instanceof Linear || op instanceof Softmax || op instanceof CrossEntropy) {
      return WIDE.contains(dtype)
          && inputs.stream().filter(t -> t.dtype().isFloat()).allMatch(t -> t.dtype() == dtype);
    }
    if (op instanceof Split) {
      return true;
    }
    if (op instanceof CausalAttention || op instanceof CausalAttention.Grad) {
      return WIDE.contains(dtype);
    }
    if (op instanceof SumOfSquares || op instanceof FusedUpdate) {
      return WIDE.contains(dtype);
    }
    if (op instanceof Attention attention) {
      return target == Target.CUDA && WholeAttention.serves(attention, inputs);
    }
    boolean gradient = op instanceof LayerNorm.Grad || op instanceof RmsNorm.Grad;
    if (gradient || op instanceof Gelu.Grad || op instanceof Softmax.Grad) {
      return target == Target.CUDA && inputs.stream().allMatch(t -> t.dtype() == DType.F32);
    }
    boolean single = inputs.stream().allMatch(t -> t.dtype() == DType.F32);
    return single && (op instanceof LayerNorm || op instanceof RmsNorm || op instanceof Gelu);
  }

  @Override
  public boolean computes(Op op, DType dtype) {
    if (WIDE.contains(dtype)) {
      return true;
    }
    if (op instanceof Layout) {
      return !(op instanceof Layout.Broadcast) && !(op instanceof Layout.Pad);
    }
    if (op instanceof Index) {
      return !(op instanceof Index.ScatterAdd) && !(op instanceof Index.TopK);
    }
    return op instanceof Split || op instanceof Create || op instanceof Elementwise.Cast;
  }

  @Override
  public boolean bf16Matmul() {
    return target == Target.CUDA;
  }

  @Override
  public boolean tf32Matmul() {
    return target == Target.CUDA;
  }

  @Override
  public boolean programsShareMemory() {
    return false;
  }

  /** Everything of a program there is no kernel for, with origins. */
  static List<String> problems(Program program) {
    List<String> problems = new ArrayList<>();
    for (Node node : program.graph().nodes()) {
      boolean known =
          node.op() instanceof Create.Parameter
              || node.op() instanceof FusedUpdate
              || ProgramLowering.types().contains(node.op().getClass());
      if (!known || (isErf(node.op()) && node.output().dtype() == DType.F64)) {
        problems.add(
            "no kernel for " + node.op().name() + node.inputTypes() + " at " + node.origin());
      }
    }
    return problems;
  }

  private static boolean isErf(Op op) {
    return op instanceof Elementwise.Unary u && u.kind() == UnaryKind.ERF;
  }
}
