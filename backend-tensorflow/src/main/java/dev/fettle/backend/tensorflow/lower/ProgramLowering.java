package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.Slot;
import dev.fettle.spi.support.Lowerings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.GraphDef;

/**
 * Writes a prepared program as a graph. The graph is written once; the variables' shared names are
 * the slots' own and are made those of a state when it is bound.
 */
public final class ProgramLowering {
  private ProgramLowering() {}

  /**
   * A program as a graph, and the names of its ends.
   *
   * @param graph all nodes and functions
   * @param slots the slots the program reads or writes
   * @param handles the node of a slot's variable, of the slots the graph really touches
   * @param inputs input to the node it is fed to; inputs nobody reads are left out
   * @param outputs output to the node it is fetched from
   * @param writers slot to the node that has to run for its new contents
   * @param inPlace slots updated in their own buffer
   * @param overwritten slots whose buffer must belong to them alone
   * @param tf32 whether products may be rounded to TensorFloat-32 while it runs
   * @param notes for people
   */
  public record Lowered(
      GraphDef graph,
      Map<String, Slot> slots,
      Map<String, String> handles,
      Map<String, String> inputs,
      Map<String, String> outputs,
      Map<String, String> writers,
      Set<String> inPlace,
      Set<String> overwritten,
      boolean tf32,
      List<String> notes) {}

  /**
   * Lowers a program.
   *
   * @throws dev.fettle.spi.UnsupportedProgramException listing operations without a lowering
   */
  public static Lowered lower(Program program, Target target) {
    Lowerings<TfEmission> table = TfLowerings.table();
    table.require("tensorflow", program);
    GraphWriter writer = new GraphWriter(false);
    StateAccess state = new StateAccess(writer, program);
    NarrowUses uses = NarrowUses.of(program, target);
    TfEmission e = new TfEmission(writer, state, uses);
    for (Node node : program.graph().nodes()) {
      writer.scope(node.origin().scope());
      table.emit(e, node);
    }
    writer.scope("");
    Map<String, String> outputs = outputs(e, state, program);
    state.assignRest(e);
    return new Lowered(
        writer.graph(),
        state.slots(),
        state.handles(),
        state.placeholders(),
        outputs,
        state.writers(),
        state.updated(),
        state.overwritten(),
        uses.tf32(),
        List.copyOf(e.notes()));
  }

  private static Map<String, String> outputs(TfEmission e, StateAccess state, Program program) {
    Map<String, String> outputs = new LinkedHashMap<>();
    for (Map.Entry<String, Value> output : program.outputs().entrySet()) {
      Value v = output.getValue();
      Edge value = e.exact(v);
      DType carrier = TfTypes.carrier(value.dtype());
      Edge carried = carrier == value.dtype() ? value : e.ops().bitcast(value, carrier);
      // What lies in a slot's memory is copied: a later run may write over it.
      String op = state.liesInState(v) ? "DeepCopy" : "Identity";
      Edge end =
          e.writer().node(op).distinct().in(carried).attr("T", carrier).one(carrier, value.sizes());
      outputs.put(output.getKey(), end.node());
    }
    return outputs;
  }
}
