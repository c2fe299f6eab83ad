package dev.fettle.backend.reference;

import dev.fettle.ir.op.Compare;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Index;
import dev.fettle.ir.op.Layout;
import dev.fettle.ir.op.Linalg;
import dev.fettle.ir.op.Reduce;
import dev.fettle.spi.support.Lowerings;

/** The list of kernels: one for each primitive. */
public final class Kernels {
  private Kernels() {}

  /** The primitives with a kernel, for the coverage check of the conformance kit. */
  public static java.util.Set<Class<? extends dev.fettle.ir.op.Op>> types() {
    return table().types();
  }

  static Lowerings<Frame> table() {
    return new Lowerings<Frame>()
        .put(Create.Parameter.class, CreateKernels::parameter)
        .put(Create.Constant.class, CreateKernels::constant)
        .put(Create.Iota.class, CreateKernels::iota)
        .put(Elementwise.Unary.class, ElementwiseKernels::unary)
        .put(Elementwise.Binary.class, ElementwiseKernels::binary)
        .put(Elementwise.Cast.class, ElementwiseKernels::cast)
        .put(Compare.Comparison.class, CompareKernels::comparison)
        .put(Compare.Select.class, CompareKernels::select)
        .put(Reduce.Sum.class, ReduceKernels::sum)
        .put(Reduce.Max.class, ReduceKernels::max)
        .put(Reduce.Argmax.class, ReduceKernels::argmax)
        .put(Reduce.Cumsum.class, ReduceKernels::cumsum)
        .put(Layout.Reshape.class, LayoutKernels::reshape)
        .put(Layout.Transpose.class, LayoutKernels::transpose)
        .put(Layout.Broadcast.class, LayoutKernels::broadcast)
        .put(Layout.Slice.class, LayoutKernels::slice)
        .put(Layout.Concat.class, LayoutKernels::concat)
        .put(Layout.Pad.class, LayoutKernels::pad)
        .put(Layout.Barrier.class, LayoutKernels::barrier)
        .put(Index.Gather.class, IndexKernels::gather)
        .put(Index.ScatterAdd.class, IndexKernels::scatterAdd)
        .put(Index.TakeAlong.class, IndexKernels::takeAlong)
        .put(Index.DynamicUpdateSlice.class, IndexKernels::dynamicUpdateSlice)
        .put(Index.TopK.class, IndexKernels::topK)
        .put(Linalg.Matmul.class, LinalgKernels::matmul);
  }
}
