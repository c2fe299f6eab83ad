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
import java.util.function.UnaryOperator;

/**
 * Hands a model its parameters as values of one program, and notes each one asked for. The model
 * states name, shape and initialisation in one place: where it uses the parameter.
 */
public final class Params {
  private final ProgramBuilder builder;
  private final Predicate<ParameterSpec> trainable;
  private final UnaryOperator<ParameterSpec> standIn;
  private final UnaryOperator<ParameterSpec> owned;
  private final Map<String, ParameterSpec> specs;
  private final Map<String, Slot> tables;

  /**
   * Parameters read from state.
   *
   * @param trainable those through which gradients are wanted
   */
  public Params(ProgramBuilder builder, Predicate<ParameterSpec> trainable) {
    this.builder = builder;
    this.trainable = trainable;
    this.standIn = asked -> asked;
    this.owned = asked -> asked;
    this.specs = new LinkedHashMap<>();
    this.tables = new LinkedHashMap<>();
  }

  private Params(
      Params same, UnaryOperator<ParameterSpec> standIn, UnaryOperator<ParameterSpec> owned) {
    this.builder = same.builder;
    this.trainable = same.trainable;
    this.standIn = standIn;
    this.owned = owned;
    this.specs = same.specs;
    this.tables = same.tables;
  }

  /** The same, the base model's parameters asked for through these layers. */
  Params through(Linears linears) {
    return new Params(this, linears::standIn, owned);
  }

  /**
   * The same parameters once more, as a head's own: each begins as the base model's, under its name
   * with something in front.
   */
  public Params copiedUnder(String prefix) {
    return new Params(
        this,
        standIn,
        p ->
            new ParameterSpec(
                prefix + p.name(),
                p.type(),
                new Initializer.FromBase(p, UnaryOperator.identity()),
                Source.HEAD));
  }

  /** A matrix or embedding. */
  public Value weight(String name, Dim... dims) {
    return weight(name, Initializer.NORMAL, dims);
  }

  /** A matrix that is not initialised as all others. */
  public Value weight(String name, Initializer fill, Dim... dims) {
    return parameter(standIn.apply(base(name, fill, dims)));
  }

  /**
   * A matrix that is another one of the base model, unless an adapter trains a copy of it under
   * this name.
   */
  public Value tied(String name, String to, Dim... dims) {
    ParameterSpec asked = base(name, Initializer.NORMAL, dims);
    ParameterSpec target = base(to, Initializer.NORMAL, dims);
    ParameterSpec own = standIn.apply(asked);
    if (own.equals(asked)) {
      // As in transformers, the base's own, even where an adapter trains a copy of that.
      return parameter(target);
    }
    Initializer copy = new Initializer.FromBase(target, UnaryOperator.identity());
    return parameter(new ParameterSpec(own.name(), own.type(), copy, own.source()));
  }

  /** A bias. */
  public Value bias(String name, Dim... dims) {
    return weight(name, Initializer.ZEROS, dims);
  }

  /** The scale of a norm. */
  public Value scale(String name, Dim... dims) {
    return weight(name, Initializer.ONES, dims);
  }

  /** A weight of an adapter. */
  public Value adapter(String name, Initializer fill, Dim... dims) {
    return parameter(new ParameterSpec(name, TensorType.of(DType.F32, dims), fill, Source.ADAPTER));
  }

  /** A weight of a head of the policy's own. */
  public Value head(String name, Initializer fill, Dim... dims) {
    return parameter(new ParameterSpec(name, TensorType.of(DType.F32, dims), fill, Source.HEAD));
  }

  /** A frozen constant of any type, as the codes of a quantised weight. */
  public Value constant(String name, TensorType type, Initializer fill) {
    return parameter(new ParameterSpec(name, type, fill, Source.QUANTISED));
  }

  private static ParameterSpec base(String name, Initializer fill, Dim... dims) {
    return new ParameterSpec(name, TensorType.of(DType.F32, dims), fill, Source.BASE);
  }

  private Value parameter(ParameterSpec asked) {
    ParameterSpec spec = owned.apply(asked);
    specs.put(spec.name(), spec);
    return builder.state(spec.slot(), trainable.test(spec));
  }

  /** A constant table the owner of the state fills. */
  public Value table(String name, Dim... dims) {
    Slot slot = new Slot(Slots.table(name), TensorType.of(DType.F32, dims));
    tables.put(name, slot);
    return builder.state(slot, false);
  }

  Value input(String name, TensorType type) {
    return builder.sharedInput(name, type);
  }

  /** The parameters asked for so far, in order. */
  public List<ParameterSpec> specs() {
    return new ArrayList<>(specs.values());
  }

  /** The tables asked for so far, in order. */
  public List<Slot> tables() {
    return new ArrayList<>(tables.values());
  }
}
