package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * An operation: a record of its attributes that knows its type rule and its gradient rule. Equal
 * records are the same operation.
 */
public sealed interface Op permits PrimitiveOp, CompositeOp {

  /** The name in dumps, errors and coverage tables, as in {@code matmul}. */
  String name();

  /**
   * The type rule.
   *
   * @param in the operand types
   * @return the result types
   * @throws dev.fettle.ir.IrException when the operands do not fit, saying which and why
   */
  List<TensorType> infer(List<TensorType> in);

  /**
   * The gradient rule: the vector-Jacobian product.
   *
   * @param c the operands, results and incoming gradients
   * @return one entry an operand: its gradient, or empty where none flows
   */
  List<Optional<Value>> vjp(VjpContext c);
}
