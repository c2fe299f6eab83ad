package dev.fettle.program;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.IrException;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes a program: a graph, and the names of its ends. */
public final class ProgramBuilder {
  private final String name;
  private final GraphBuilder g = new GraphBuilder();
  private final Map<String, Value> stateIn = new LinkedHashMap<>();
  private final Map<String, Value> inputs = new LinkedHashMap<>();
  private final Map<String, Value> stateOut = new LinkedHashMap<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();

  /** A program without ends yet. */
  public ProgramBuilder(String name) {
    this.name = name;
  }

  /** The graph to append to. */
  public GraphBuilder g() {
    return g;
  }

  /** The contents of a slot before the run. Reading a slot twice gives the same value. */
  public Value state(Slot slot, boolean trainable) {
    Value known = stateIn.get(slot.name());
    if (known != null) {
      if (!known.type().equals(slot.type())) {
        throw new IrException(
            "slot " + slot.name() + " read as " + known.type() + " and as " + slot.type());
      }
      return known;
    }
    Value v = g.parameter(slot.name(), slot.type(), trainable);
    stateIn.put(slot.name(), v);
    return v;
  }

  /** A tensor the host gives at each run. */
  public Value input(String input, TensorType type) {
    Value v = g.parameter(input, type, false);
    inputs.put(input, v);
    return v;
  }

  /** The same, declared once however often it is asked for. */
  public Value sharedInput(String input, TensorType type) {
    Value known = inputs.get(input);
    return known != null ? known : input(input, type);
  }

  /** Writes a slot after the run. */
  public void write(String slot, Value value) {
    Value read = stateIn.get(slot);
    if (read != null && !read.type().equals(value.type())) {
      throw new IrException("slot " + slot + " is " + read.type() + ", written " + value.type());
    }
    if (stateOut.put(slot, value) != null) {
      throw new IrException("slot " + slot + " is written twice");
    }
  }

  /** Gives a value back to the host. */
  public void output(String output, Value value) {
    if (outputs.put(output, value) != null) {
      throw new IrException("output " + output + " is given twice");
    }
  }

  /** The program, without what nothing needs. */
  public Program build() {
    return Passes.assemble(name, g, new Ends(stateIn, inputs, stateOut, outputs));
  }

  /** The names of a program's ends. */
  record Ends(
      Map<String, Value> stateIn,
      Map<String, Value> inputs,
      Map<String, Value> stateOut,
      Map<String, Value> outputs) {

    List<Value> results() {
      List<Value> all = new ArrayList<>(stateOut.values());
      all.addAll(outputs.values());
      return all;
    }

    /** Only the state and inputs that are still in the graph. */
    Ends within(Set<Value> live) {
      return new Ends(only(stateIn, live), only(inputs, live), stateOut, outputs);
    }

    private static Map<String, Value> only(Map<String, Value> map, Set<Value> live) {
      Map<String, Value> kept = new LinkedHashMap<>();
      map.forEach(
          (k, v) -> {
            if (live.contains(v)) {
              kept.put(k, v);
            }
          });
      return kept;
    }
  }
}
