package dev.fettle.tck.cases;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Op;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * An operation with operands to try it on.
 *
 * @param name unique, as in {@code softmax/rank1}
 * @param op the operation, given the float type the case is run in
 * @param args its operands
 * @param gradients how many leading results gradients flow through
 * @param halves true where the case is also run in the 16-bit float types
 */
public record OpCase(
    String name, Function<DType, Op> op, List<Arg> args, int gradients, boolean halves) {

  /** Set to another number to fill all operands differently. */
  public static final long SEED = Long.getLong("fettle.tck.seed", 20261123);

  /** Keeps an immutable copy. */
  public OpCase {
    args = List.copyOf(args);
  }

  /** A case whose operation does not depend on the float type. */
  public static OpCase of(String name, Op op, Arg... args) {
    return of(name, d -> op, args);
  }

  /** A case whose operation depends on the float type. */
  public static OpCase of(String name, Function<DType, Op> op, Arg... args) {
    return new OpCase(name, op, List.of(args), Integer.MAX_VALUE, true);
  }

  /** The same, where gradients flow through the first {@code n} results only. */
  public OpCase gradientsThrough(int n) {
    return new OpCase(name, op, args, n, halves);
  }

  /** The same, not run in 16-bit types: they would round one result across a jump of another. */
  public OpCase withoutHalves() {
    return new OpCase(name, op, args, gradients, false);
  }

  /** The operation for a float type. */
  public Op op(DType floats) {
    return op.apply(floats);
  }

  /** True where a gradient can be checked by finite differences. */
  public boolean differentiable() {
    return args.stream().anyMatch(Arg::smooth);
  }

  /** Appends the operation to a graph. */
  public List<Value> emit(GraphBuilder g, DType floats, List<Value> operands) {
    return g.emit(op(floats), operands);
  }

  /** The operand types. */
  public List<TensorType> types(DType floats) {
    return args.stream().map(a -> a.type(floats)).toList();
  }

  /** The operands: the same ones each time. */
  public List<HostTensor> operands(DType floats) {
    List<HostTensor> tensors = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(SEED ^ name.hashCode());
    args.forEach(a -> tensors.add(a.tensor(random.split(), floats)));
    return tensors;
  }

  /** How to run it again, for failure messages. */
  public String repeat() {
    return name + " with -Dfettle.tck.seed=" + SEED;
  }

  @Override
  public String toString() {
    return name;
  }
}
