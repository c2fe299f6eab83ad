package dev.fettle.spi.support;

import dev.fettle.ir.Node;
import dev.fettle.ir.op.Op;
import dev.fettle.program.Program;
import dev.fettle.spi.UnsupportedProgramException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A backend's table from operation to the code that emits it, one entry a record type.
 *
 * @param <C> what an emitter writes to: the backend's view of one compilation
 */
public final class Lowerings<C> {

  /**
   * Emits one operation.
   *
   * @param <C> what is written to
   * @param <O> the operation
   */
  @FunctionalInterface
  public interface Emitter<C, O extends Op> {
    /** Writes the node's results for its operands. */
    void emit(C context, O op, Node node);
  }

  private final Map<Class<? extends Op>, Emitter<C, ? extends Op>> table = new LinkedHashMap<>();

  /** Adds an entry; a second one for the same record type is an error. */
  public <O extends Op> Lowerings<C> put(Class<O> type, Emitter<C, O> emitter) {
    if (table.put(type, emitter) != null) {
      throw new IllegalStateException(type.getName() + " is registered twice");
    }
    return this;
  }

  /** The record types with an entry. */
  public Set<Class<? extends Op>> types() {
    return Set.copyOf(table.keySet());
  }

  /** Emits one node, which must have an entry. */
  public void emit(C context, Node node) {
    emitTyped(context, node.op(), node);
  }

  @SuppressWarnings("unchecked") // put() pairs each record type with an emitter of that type
  private <O extends Op> void emitTyped(C context, O op, Node node) {
    Emitter<C, O> emitter = (Emitter<C, O>) table.get(op.getClass());
    if (emitter == null) {
      throw new IllegalStateException("no lowering for " + op.name());
    }
    emitter.emit(context, op, node);
  }

  /**
   * Checks that every node has an entry.
   *
   * @throws UnsupportedProgramException listing all that have none
   */
  public void require(String backend, Program program) {
    List<String> problems = new ArrayList<>();
    for (Node node : program.graph().nodes()) {
      if (!table.containsKey(node.op().getClass())) {
        problems.add(
            "no kernel for " + node.op().name() + node.inputTypes() + " at " + node.origin());
      }
    }
    if (!problems.isEmpty()) {
      throw new UnsupportedProgramException(backend, program.name(), problems);
    }
  }
}
