package dev.fettle.tck.onnx;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.onnx.OnnxNode.NotMapped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** One node being written in our operations. Axes are named by their size, so equal ones agree. */
public final class Sketch {
  private final OnnxNode node;
  private final ProgramBuilder builder;
  private final Map<Integer, Value> made = new HashMap<>();
  private final Map<String, HostTensor> inputs = new LinkedHashMap<>();
  private final Map<String, HostTensor> expected = new LinkedHashMap<>();

  Sketch(OnnxNode node) {
    this.node = node;
    this.builder = new ProgramBuilder(node.name());
  }

  /** The node. */
  public OnnxNode node() {
    return node;
  }

  /** The program so far. */
  public Program program() {
    return builder.build();
  }

  /** What to run it on. */
  public Map<String, HostTensor> inputs() {
    return inputs;
  }

  /** What it must give. */
  public Map<String, HostTensor> expected() {
    return expected;
  }

  GraphBuilder g() {
    return builder.g();
  }

  static Dim dim(long size) {
    if (size < 1) {
      throw new NotMapped("an axis without elements");
    }
    return new Dim("n" + size, size);
  }

  static Shape shape(long... sizes) {
    return new Shape(LongStream.of(sizes).mapToObj(Sketch::dim).toList());
  }

  /** Operand {@code i} as an input; the same one each time. */
  Value in(int i) {
    return made.computeIfAbsent(i, this::input);
  }

  private Value input(int i) {
    HostTensor t = node.in(i);
    String name = "in" + i;
    Value v = builder.input(name, new TensorType(t.dtype(), shape(t.sizes())));
    inputs.put(name, t);
    return v;
  }

  Optional<Value> optional(int i) {
    return node.optional(i).map(t -> in(i));
  }

  /** Operand {@code i} as numbers known beforehand. */
  List<Long> numbers(int i) {
    HostTensor t = node.in(i);
    List<Long> numbers = new ArrayList<>();
    for (long k = 0; k < t.elements(); k++) {
      numbers.add((long) t.get(k));
    }
    return numbers;
  }

  /** Gives result {@code i}, in the published shape. */
  void out(int i, Value v) {
    Optional<HostTensor> published =
        i < node.outputs().size() ? node.outputs().get(i) : Optional.empty();
    published.ifPresent(
        t -> {
          builder.output("out" + i, g().reshape(v, shape(t.sizes())));
          expected.put("out" + i, t);
        });
  }

  HostTensor published(int i) {
    return node.outputs().get(i).orElseThrow(() -> new NotMapped("no result " + i));
  }

  /** x repeated over a shape as numpy does. */
  Value spread(Value x, Shape to) {
    int lead = to.rank() - x.shape().rank();
    List<Dim> kept = new ArrayList<>();
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < x.shape().rank(); i++) {
      if (x.shape().size(i) == to.size(lead + i)) {
        kept.add(x.shape().dim(i));
        axes.add(lead + i);
      } else if (x.shape().size(i) != 1) {
        throw new NotMapped("shapes do not fit");
      }
    }
    return g().broadcast(g().reshape(x, new Shape(kept)), to, axes);
  }

  /** Both operands over their common shape. */
  List<Value> pair() {
    Value a = in(0);
    Value b = in(1);
    if (a.dtype() != b.dtype()) {
      throw new NotMapped("operands of two element types");
    }
    int rank = Math.max(a.shape().rank(), b.shape().rank());
    long[] sizes = new long[rank];
    for (int i = 0; i < rank; i++) {
      sizes[rank - 1 - i] = Math.max(size(a, i), size(b, i));
    }
    Shape to = shape(sizes);
    return List.of(spread(a, to), spread(b, to));
  }

  private static long size(Value v, int fromTheEnd) {
    int rank = v.shape().rank();
    return fromTheEnd < rank ? v.shape().size(rank - 1 - fromTheEnd) : 1;
  }

  /** x with an axis moved to another place, the others in order. */
  Value moved(Value x, int from, int to) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, x.shape().rank()).boxed().toList());
    order.remove(from);
    order.add(to, from);
    return g().transpose(x, order);
  }

  /** x as a matrix whose rows are its leading axes. */
  Value rows(Value x, int axis) {
    long rows = 1;
    for (int i = 0; i < axis; i++) {
      rows *= x.shape().size(i);
    }
    return g().reshape(x, shape(rows, x.shape().elements() / rows));
  }

  Value fill(double value, Value like) {
    return g().fill(value, like.type());
  }

  Value toIndex(Value x) {
    return g().cast(x, DType.I32);
  }

  int axis(String attribute, long otherwise, int rank) {
    long axis = node.integer(attribute, otherwise);
    return (int) (axis < 0 ? axis + rank : axis);
  }
}
