package dev.fettle.program;

import dev.fettle.ir.Graph;
import dev.fettle.ir.GraphPrinter;
import dev.fettle.ir.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A graph with its ends named: what it reads from state and from the host, what it writes to state
 * and gives back.
 *
 * @param name for people and dumps, as {@code accumulate}
 * @param graph the computation
 * @param stateIn slot name to the parameter that reads it
 * @param inputs input name to the parameter that receives it
 * @param stateOut slot name to the value written to it after all reads
 * @param outputs output name to the value given back
 * @param aliased slots that may be written in place while the program runs; computed by {@link
 *     AliasSafety}, never asserted
 */
public record Program(
    String name,
    Graph graph,
    Map<String, Value> stateIn,
    Map<String, Value> inputs,
    Map<String, Value> stateOut,
    Map<String, Value> outputs,
    Set<String> aliased) {

  /** Keeps unmodifiable copies in the given order. */
  public Program {
    stateIn = ordered(stateIn);
    inputs = ordered(inputs);
    stateOut = ordered(stateOut);
    outputs = ordered(outputs);
    aliased = Collections.unmodifiableSet(new TreeSet<>(aliased));
  }

  private static Map<String, Value> ordered(Map<String, Value> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** The program as text; equal programs print equally. */
  public String print() {
    GraphPrinter printer = new GraphPrinter();
    StringBuilder out = new StringBuilder("program ").append(name).append('\n');
    out.append(printer.print(graph.nodes()));
    stateOut.forEach(
        (slot, v) ->
            out.append("write ")
                .append(slot)
                .append(" = ")
                .append(printer.nameOf(v))
                .append(aliased.contains(slot) ? " (in place)" : "")
                .append('\n'));
    outputs.forEach(
        (output, v) ->
            out.append("output ")
                .append(output)
                .append(" = ")
                .append(printer.nameOf(v))
                .append('\n'));
    return out.toString();
  }
}
