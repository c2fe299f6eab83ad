package dev.fettle.backend.tensorflow.lower;

import java.util.Map;

/**
 * What TensorFlow's op registry calls the results of an operation: inside a function an operand is
 * named by it. Only operations that occur in functions are listed.
 */
final class ResultNames {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("AddV2", "z"),
          Map.entry("Sub", "z"),
          Map.entry("Mul", "z"),
          Map.entry("RealDiv", "z"),
          Map.entry("Maximum", "z"),
          Map.entry("Minimum", "z"),
          Map.entry("Less", "z"),
          Map.entry("Equal", "z"),
          Map.entry("Neg", "y"),
          Map.entry("Exp", "y"),
          Map.entry("Log", "y"),
          Map.entry("Sqrt", "y"),
          Map.entry("Rsqrt", "y"),
          Map.entry("Tanh", "y"),
          Map.entry("Sigmoid", "y"),
          Map.entry("Erf", "y"),
          Map.entry("Cast", "y"),
          Map.entry("ReadVariableOp", "value"));

  private ResultNames() {}

  static String of(String op, int index) {
    return NAMES.getOrDefault(op, "output") + ":" + index;
  }
}
