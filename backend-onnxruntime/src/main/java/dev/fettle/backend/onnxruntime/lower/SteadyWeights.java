package dev.fettle.backend.onnxruntime.lower;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.Set;

/**
 * Which inputs of a model are better constants, and the model in which they are. The runtime lays
 * out the right-hand side of a matrix product anew in each run, unless it is a constant: then it
 * does so once, in a copy of its own.
 */
public final class SteadyWeights {
  private static final Set<String> PRODUCTS = Set.of("Gemm", "MatMul", "FusedMatMul");
  private static final int RIGHT = 1;

  private SteadyWeights() {}

  /** The inputs of a model, among the candidates, that some product has on its right. */
  public static Set<String> among(ModelProto model, Set<String> candidates) {
    Set<String> found = new HashSet<>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (PRODUCTS.contains(node.getOpType()) && candidates.contains(node.getInput(RIGHT))) {
        found.add(node.getInput(RIGHT));
      }
    }
    return found;
  }

  /** The model with some inputs as constants whose contents are given when a session is made. */
  public static ModelProto asConstants(ModelProto model, Set<String> names) {
    GraphProto.Builder graph = model.getGraph().toBuilder().clearInput();
    for (ValueInfoProto input : model.getGraph().getInputList()) {
      if (names.contains(input.getName())) {
        graph.addInitializer(constant(input));
      } else {
        graph.addInput(input);
      }
    }
    return model.toBuilder().setGraph(graph).build();
  }

  private static TensorProto constant(ValueInfoProto input) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(input.getName())
            .setDataType(input.getType().getTensorType().getElemType())
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue("slot"));
    input
        .getType()
        .getTensorType()
        .getShape()
        .getDimList()
        .forEach(d -> tensor.addDims(d.getDimValue()));
    return tensor.build();
  }
}
