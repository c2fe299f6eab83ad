package dev.fettle.backend.onnxruntime.lower;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A program as an ONNX model and a plan for what follows it.
 *
 * @param model the model; without outputs where the host does everything
 * @param feeds the slots and inputs the model reads, by the names both use
 * @param slotResults slot to the model's output that holds its new contents
 * @param results program output to the model's output
 * @param fetched value the host plan needs to the model's output
 * @param inPlace slots whose output may lie in the memory of their input
 * @param host what runs after the model
 * @param indices program inputs used as indices, to the size they must stay below
 * @param intermediateBytes of all results together: more than a run ever holds at one time
 * @param tf32 whether its products may be rounded to TensorFloat-32
 * @param notes for people
 */
public record Lowered(
    ModelProto model,
    Set<String> feeds,
    Map<String, String> slotResults,
    Map<String, String> results,
    Map<Value, String> fetched,
    Set<String> inPlace,
    HostPlan host,
    Map<String, Long> indices,
    long intermediateBytes,
    boolean tf32,
    List<String> notes) {

  /** The same without the model, which is large and wanted once. */
  public Lowered withoutModel() {
    return new Lowered(
        ModelProto.getDefaultInstance(),
        feeds,
        slotResults,
        results,
        fetched,
        inPlace,
        host,
        indices,
        intermediateBytes,
        tf32,
        notes);
  }

  /** True where there is anything for a session to do. */
  public boolean hasSession() {
    return model.getGraph().getOutputCount() > 0;
  }

  /** True where the model writes a slot's new contents straight into the slot's memory. */
  public boolean isDirect(Program program, String slot) {
    return inPlace.contains(slot) || !program.stateIn().containsKey(slot);
  }
}
