package dev.fettle.models.nn;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Hands a model its parameters as values of one program, and notes each one asked for. The model
 * states name, shape and initialisation in one place: where it uses the parameter.
 */
public final class Params {
  private final ProgramBuilder builder;
  private final Predicate<String> trainable;
  private final Map<String, ParameterSpec> specs = new LinkedHashMap<>();
  private final Map<String, Slot> tables = new LinkedHashMap<>();

  /**
   * Parameters read from state.
   *
   * @param trainable the names through which gradients are wanted
   */
  public Params(ProgramBuilder builder, Predicate<String> trainable) {
    this.builder = builder;
    this.trainable = trainable;
  }

  /** A matrix or embedding. */
  public Value weight(String name, Dim... dims) {
    return parameter(name, Initializer.NORMAL, dims);
  }

  /** A bias. */
  public Value bias(String name, Dim... dims) {
    return parameter(name, Initializer.ZEROS, dims);
  }

  /** The scale of a norm. */
  public Value scale(String name, Dim... dims) {
    return parameter(name, Initializer.ONES, dims);
  }

  private Value parameter(String name, Initializer initializer, Dim... dims) {
    ParameterSpec spec = new ParameterSpec(name, TensorType.of(DType.F32, dims), initializer);
    specs.put(name, spec);
    return builder.state(spec.slot(), trainable.test(name));
  }

  /** A constant table the owner of the state fills. */
  public Value table(String name, Dim... dims) {
    Slot slot = new Slot(Slots.table(name), TensorType.of(DType.F32, dims));
    tables.put(name, slot);
    return builder.state(slot, false);
  }

  /** The parameters asked for so far, in order. */
  public List<ParameterSpec> specs() {
    return new ArrayList<>(specs.values());
  }

  /** The tables asked for so far, in order. */
  public List<Slot> tables() {
    return new ArrayList<>(tables.values());
  }

  /** The parameters asked for so far through which gradients are wanted. */
  public List<ParameterSpec> trainables() {
    return specs.values().stream().filter(s -> trainable.test(s.name())).toList();
  }
}
