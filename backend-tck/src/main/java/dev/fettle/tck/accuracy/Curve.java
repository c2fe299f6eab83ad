package dev.fettle.tck.accuracy;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * A function to measure, on operands of one shape, {@code [rows, columns]}.
 *
 * <p>A unit in the last place is that of the result itself, or of the <em>scale</em> where that is
 * larger: the largest number that is rounded on the way. {@code 1 - tanh(x)^2} cannot be better
 * than the rounding of 1, a sum not better than that of its terms.
 *
 * @param name unique, as in {@code logistic/gradient0}
 * @param formula appends it to a graph; also run in F64, which is the truth
 * @param differentiated the operand whose gradient is measured in place of the result; -1 for the
 *     result
 * @param operands where each operand is sampled
 * @param scale the scale, of the result's shape; empty for the result's own size
 * @param columns the length of a row
 */
public record Curve(
    String name,
    Formula formula,
    int differentiated,
    List<Samples> operands,
    Optional<Formula> scale,
    int columns) {
  private static final int COLUMNS = 256;

  /** Keeps an immutable copy. */
  public Curve {
    operands = List.copyOf(operands);
  }

  /** Appends a function's nodes. */
  @FunctionalInterface
  public interface Formula {
    /** The result for these operands. */
    Value of(GraphBuilder g, List<Value> operands);
  }

  static Curve of(String name, Formula formula, Samples... operands) {
    return new Curve(name, formula, -1, List.of(operands), Optional.empty(), COLUMNS);
  }

  /** The same, measured against a scale. */
  Curve scaled(Formula newScale) {
    return new Curve(name, formula, differentiated, operands, Optional.of(newScale), columns);
  }

  /** The same on rows of another length. */
  Curve rowsOf(int newColumns) {
    return new Curve(name, formula, differentiated, operands, scale, newColumns);
  }

  /** The function's gradient for an operand, measured against its own size. */
  Curve gradient(int operand) {
    String gradient = name + "/gradient" + operand;
    return new Curve(gradient, formula, operand, operands, Optional.empty(), columns);
  }

  @Override
  public String toString() {
    return name;
  }
}
