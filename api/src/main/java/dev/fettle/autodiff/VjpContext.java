package dev.fettle.autodiff;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.IrException;
import dev.fettle.ir.Value;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What a gradient rule sees of its node: operands, results, and the gradients of the results. */
public interface VjpContext {

  /** The graph to append to. */
  GraphBuilder g();

  /** The number of operands. */
  int arity();

  /** Operand {@code i}, computed again if it lies in a recomputation region. */
  Value in(int i);

  /** Result {@code i}, computed again if it lies in a recomputation region. */
  Value out(int i);

  /** The gradient with respect to result {@code i}; zeros where none arrived. */
  Value grad(int i);

  /** The gradient with respect to result {@code i}, if one arrived. */
  Optional<Value> gradIfAny(int i);

  /** True where the gradient with respect to operand {@code i} is wanted. */
  boolean needs(int i);

  /** The gradient of operand {@code i}, written only where it is wanted. */
  default Optional<Value> when(int i, Supplier<Value> gradient) {
    return needs(i) ? Optional.of(gradient.get()) : Optional.empty();
  }

  /**
   * Refuses gradients that arrive for by-products, results {@code first} and up, instead of
   * dropping them silently.
   *
   * @throws dev.fettle.ir.IrException naming the operation and the result
   */
  default void refuseFrom(int first, String operation, int results) {
    for (int i = first; i < results; i++) {
      if (gradIfAny(i).isPresent()) {
        throw new IrException(operation + " has no gradient through its result " + i);
      }
    }
  }

  /** The answer of a rule with one operand. */
  static List<Optional<Value>> one(Value gradient) {
    return List.of(Optional.of(gradient));
  }

  /** The answer of a rule with two operands. */
  static List<Optional<Value>> both(Value first, Value second) {
    return List.of(Optional.of(first), Optional.of(second));
  }

  /** The answer of a rule through which no gradient flows. */
  static List<Optional<Value>> none(int arity) {
    return Collections.nCopies(arity, Optional.empty());
  }
}
