package dev.fettle.backend.tensorflow.lower;

import com.google.protobuf.ByteString;
import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.TensorProto;

/** The TensorFlow operations several families of lowerings need, with their type attributes. */
final class Ops {
  private final GraphWriter w;

  Ops(GraphWriter w) {
    this.w = w;
  }

  // ---- constants

  /** A literal. */
  Edge constant(DType dtype, List<Long> sizes, List<Double> values) {
    long[] shape = sizes.stream().mapToLong(Long::longValue).toArray();
    HostTensor tensor = HostTensor.allocate(dtype, shape);
    for (int i = 0; i < values.size(); i++) {
      tensor.set(i, values.get(i));
    }
    return literal(tensor, sizes);
  }

  Edge scalar(DType dtype, double value) {
    return constant(dtype, List.of(), List.of(value));
  }

  /** A vector of I32: shapes, axes, permutations. */
  Edge ints(List<Integer> values) {
    HostTensor tensor = HostTensor.allocate(DType.I32, values.size());
    for (int i = 0; i < values.size(); i++) {
      tensor.set(i, values.get(i));
    }
    return literal(tensor, List.of((long) values.size()));
  }

  /** A vector of I64, as sizes beyond 2^31 need. */
  Edge longs(List<Long> values) {
    HostTensor tensor = HostTensor.allocate(DType.I64, values.size());
    for (int i = 0; i < values.size(); i++) {
      tensor.bytes().putLong(i * 8, values.get(i));
    }
    return literal(tensor, List.of((long) values.size()));
  }

  private Edge literal(HostTensor tensor, List<Long> sizes) {
    TensorProto proto =
        TensorProto.newBuilder()
            .setDtype(TfTypes.of(tensor.dtype()))
            .setTensorShape(TfTypes.shape(sizes))
            .setTensorContent(ByteString.copyFrom(tensor.bytes()))
            .build();
    return w.node("Const")
        .attr("dtype", tensor.dtype())
        .attr("value", AttrValue.newBuilder().setTensor(proto).build())
        .one(tensor.dtype(), sizes);
  }

  // ---- elementwise

  Edge unary(String op, Edge x) {
    return w.node(op).in(x).attr("T", x.dtype()).one(x.dtype(), x.sizes());
  }

  /** Operands broadcast against each other, as TensorFlow does. */
  Edge binary(String op, Edge a, Edge b) {
    return w.node(op).in(a, b).attr("T", a.dtype()).one(a.dtype(), joined(a.sizes(), b.sizes()));
  }

  Edge compare(String op, Edge a, Edge b) {
    return w.node(op).in(a, b).attr("T", a.dtype()).one(DType.BOOL, joined(a.sizes(), b.sizes()));
  }

  Edge mul(Edge a, Edge b) {
    return binary("Mul", a, b);
  }

  Edge cast(Edge x, DType to) {
    if (x.dtype() == to) {
      return x;
    }
    return w.node("Cast").in(x).attr("SrcT", x.dtype()).attr("DstT", to).one(to, x.sizes());
  }

  Edge bitcast(Edge x, DType to) {
    return w.node("Bitcast").in(x).attr("T", x.dtype()).attr("type", to).one(to, x.sizes());
  }

  Edge identity(Edge x) {
    return unary("Identity", x);
  }

  /** The sizes two operands have together; a size of 1 and a missing axis give way. */
  static List<Long> joined(List<Long> a, List<Long> b) {
    List<Long> sizes = new ArrayList<>();
    int rank = Math.max(a.size(), b.size());
    for (int i = 0; i < rank; i++) {
      int ia = i - rank + a.size();
      int ib = i - rank + b.size();
      sizes.add(Math.max(ia < 0 ? 1 : a.get(ia), ib < 0 ? 1 : b.get(ib)));
    }
    return sizes;
  }

  // ---- layout

  Edge reshape(Edge x, List<Long> sizes) {
    if (x.sizes().equals(sizes)) {
      return x;
    }
    return w.node("Reshape")
        .in(x, longs(sizes))
        .attr("T", x.dtype())
        .attr("Tshape", DType.I64)
        .one(x.dtype(), sizes);
  }

  /** As many rows as there are, of the last axis. */
  Edge rows(Edge x) {
    long last = x.sizes().get(x.rank() - 1);
    return reshape(x, List.of(x.elements() / last, last));
  }

  Edge transpose(Edge x, List<Integer> permutation) {
    return transpose(w.node("Transpose"), x, permutation);
  }

  /** The same, but not before another tensor is there. */
  Edge transposeAfter(Edge other, Edge x, List<Integer> permutation) {
    return transpose(w.node("Transpose").after(List.of(other.node())), x, permutation);
  }

  private Edge transpose(GraphWriter.NodeCall node, Edge x, List<Integer> permutation) {
    return node.in(x, ints(permutation))
        .attr("T", x.dtype())
        .attr("Tperm", DType.I32)
        .one(x.dtype(), permutation.stream().map(x.sizes()::get).toList());
  }

  /** Repeats x until it has these sizes. */
  Edge broadcastTo(Edge x, List<Long> sizes) {
    if (x.sizes().equals(sizes)) {
      return x;
    }
    boolean single = x.elements() == 1;
    if (single) {
      return w.node("Fill")
          .in(longs(sizes), reshape(x, List.of()))
          .attr("T", x.dtype())
          .attr("index_type", DType.I64)
          .one(x.dtype(), sizes);
    }
    return w.node("BroadcastTo")
        .in(x, longs(sizes))
        .attr("T", x.dtype())
        .attr("Tidx", DType.I64)
        .one(x.dtype(), sizes);
  }

  // ---- reduce, linalg

  /** Sum, Max, ... over axes, which disappear. */
  Edge reduce(String op, Edge x, List<Integer> axes) {
    List<Long> sizes =
        IntStream.range(0, x.rank())
            .filter(i -> !axes.contains(i))
            .mapToObj(x.sizes()::get)
            .toList();
    return w.node(op)
        .in(x, ints(axes))
        .attr("T", x.dtype())
        .attr("Tidx", DType.I32)
        .attr("keep_dims", false)
        .one(x.dtype(), sizes);
  }

  /** {@code op(a) op(b)} over the last two axes. */
  Edge matmul(Edge a, Edge b, boolean transposeA, boolean transposeB) {
    int r = a.rank();
    List<Long> sizes = new ArrayList<>(a.sizes().subList(0, r - 2));
    sizes.add(a.sizes().get(transposeA ? r - 1 : r - 2));
    sizes.add(b.sizes().get(transposeB ? r - 2 : r - 1));
    boolean flat = r == 2;
    return w.node(flat ? "MatMul" : "BatchMatMulV2")
        .in(a, b)
        .attr("T", a.dtype())
        .attr(flat ? "transpose_a" : "adj_x", transposeA)
        .attr(flat ? "transpose_b" : "adj_y", transposeB)
        .one(a.dtype(), sizes);
  }

  // ---- index

  /** Rows of a table's axis, after {@code batchDims} axes both share. */
  Edge gather(Edge table, Edge indices, int batchDims) {
    List<Long> sizes = new ArrayList<>(indices.sizes());
    sizes.addAll(table.sizes().subList(batchDims + 1, table.rank()));
    return w.node("GatherV2")
        .in(table, indices, scalar(DType.I32, batchDims))
        .attr("Tparams", table.dtype())
        .attr("Tindices", indices.dtype())
        .attr("Taxis", DType.I32)
        .attr("batch_dims", batchDims)
        .one(table.dtype(), sizes);
  }

  /** 0, 1, ..., n - 1 as I32 or I64. */
  Edge range(DType dtype, long n) {
    return w.node("Range")
        .in(scalar(dtype, 0), scalar(dtype, (double) n), scalar(dtype, 1))
        .attr("Tidx", dtype)
        .one(dtype, List.of(n));
  }

  /** A list of n equal axes' indices, 0 .. n - 1. */
  static List<Integer> upTo(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  static List<Long> ones(int n) {
    return Collections.nCopies(n, 1L);
  }
}
