package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.IrException;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.List;
import java.util.Optional;

/** Operations without operands. */
public sealed interface Create extends PrimitiveOp {

  @Override
  default List<Optional<Value>> vjp(VjpContext c) {
    return List.of();
  }

  /**
   * A value given from outside when the program runs: a state slot or an input.
   *
   * @param parameter its name, unique in the graph
   * @param type what it must be
   */
  record Parameter(String parameter, TensorType type) implements Create {
    @Override
    public String name() {
      return "parameter";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return List.of(type);
    }
  }

  /**
   * A small literal, row-major. Large constants are inputs or state instead.
   *
   * @param type what it is
   * @param values its elements; integers and truth values (0, 1) as doubles
   */
  record Constant(TensorType type, List<Double> values) implements Create {
    /** The most elements a literal may have. */
    public static final int MAX_ELEMENTS = 4096;

    /** Checks the count. */
    public Constant {
      values = List.copyOf(values);
      if (values.size() != type.shape().elements() || values.size() > MAX_ELEMENTS) {
        throw new IrException(
            "constant "
                + type
                + " given "
                + values.size()
                + " values (at most "
                + MAX_ELEMENTS
                + "; larger ones are inputs)");
      }
    }

    @Override
    public String name() {
      return "constant";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      return List.of(type);
    }
  }

  /**
   * Counts 0, 1, 2, ... along one axis.
   *
   * @param type what it is; I32, I64 or float
   * @param axis the axis along which it counts
   */
  record Iota(TensorType type, int axis) implements Create {
    @Override
    public String name() {
      return "iota";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      type.shape().normalize(axis);
      return List.of(type);
    }
  }
}
