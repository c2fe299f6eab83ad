package dev.fettle.ir;

import dev.fettle.ir.op.Op;
import java.util.List;
import java.util.Optional;

/**
 * One operation applied to values.
 *
 * @param op what is computed
 * @param inputs its operands
 * @param outputs its results
 * @param origin where it came from
 * @param region the recomputation region it belongs to, if any
 */
public record Node(
    Op op, List<Value> inputs, List<Value> outputs, Origin origin, Optional<Region> region) {

  /** Keeps immutable copies. */
  public Node {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** The only output; throws {@link IrException} if there are several. */
  public Value output() {
    if (outputs.size() != 1) {
      throw new IrException(op.name() + " has " + outputs.size() + " outputs, not one");
    }
    return outputs.get(0);
  }

  /** The types of the operands. */
  public List<TensorType> inputTypes() {
    return inputs.stream().map(Value::type).toList();
  }
}
