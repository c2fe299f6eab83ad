package dev.fettle.backend.onnxruntime.lower;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.List;

/**
 * One operator application.
 *
 * @param id unique in its graph; two nodes are the same only if they are one
 * @param op the operator
 * @param domain whose operator
 * @param inputs tensor names; empty for an optional input left out
 * @param outputs tensor names
 * @param attributes its settings
 * @param branches the graphs it chooses from, if it does; then the inputs are the condition and
 *     what those graphs read of this one
 */
record OnnxNode(
    int id,
    String op,
    String domain,
    List<String> inputs,
    List<String> outputs,
    List<AttributeProto> attributes,
    List<OnnxGraph> branches) {
  /** Keeps immutable copies. */
  OnnxNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    branches = List.copyOf(branches);
  }

  /** An operator without branches. */
  OnnxNode(
      int id,
      String op,
      String domain,
      List<String> inputs,
      List<String> outputs,
      List<AttributeProto> attributes) {
    this(id, op, domain, inputs, outputs, attributes, List.of());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OnnxNode n && n.id == id;
  }

  @Override
  public int hashCode() {
    return id;
  }
}
