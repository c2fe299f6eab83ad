package dev.fettle.backend.tensorflow;

import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/**
 * Sees to it that a session has the GPU that was asked for. TensorFlow makes no device of a card
 * where anything is missing, says so in its log alone, and would then run every program on the CPU.
 */
final class GpuProof {
  private static final String RESULT = "result";
  private static final float NUMBER = 20;

  private GpuProof() {}

  /**
   * Computes a number on the GPU and nowhere else.
   *
   * @throws DeviceUnavailableException if there is no such device, or it does not compute
   */
  static void require(SessionConfig config) {
    Device device = config.device();
    try (Graph graph = new Graph();
        Session session = new Session(graph, false, config.proto(false))) {
      graph.importGraphDef(negation());
      try (Result result = session.runner().fetch(RESULT).run()) {
        float got = ((TFloat32) result.get(0)).getFloat();
        if (got != -NUMBER) {
          throw new DeviceUnavailableException(
              device + " cannot be used: it computes -" + NUMBER + " as " + got);
        }
      }
    } catch (TensorFlowException | IllegalArgumentException | IllegalStateException e) {
      throw new DeviceUnavailableException(device + " cannot be used: " + why(e), e);
    }
  }

  /** The device is named in the nodes: without it a session would choose. */
  private static GraphDef negation() {
    AttrValue type = AttrValue.newBuilder().setType(DataType.DT_FLOAT).build();
    TensorProto number =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addFloatVal(NUMBER)
            .build();
    String gpu = "/device:GPU:0";
    return GraphDef.newBuilder()
        .addNode(
            NodeDef.newBuilder()
                .setName("number")
                .setOp("Const")
                .setDevice(gpu)
                .putAttr("dtype", type)
                .putAttr("value", AttrValue.newBuilder().setTensor(number).build()))
        .addNode(
            NodeDef.newBuilder()
                .setName(RESULT)
                .setOp("Neg")
                .setDevice(gpu)
                .addInput("number")
                .putAttr("T", type))
        .build();
  }

  private static String why(Exception e) {
    String text = String.valueOf(e.getMessage());
    if (text.contains("Cannot assign a device") || text.contains("device specification")) {
      return "TensorFlow made no device of it and would compute on the CPU; its log says why, with"
          + " TF_CPP_MIN_LOG_LEVEL=0 in the environment";
    }
    if (text.contains("mapped to multiple devices")) {
      return "this process has used another GPU before, and TensorFlow keeps to one for as long as"
          + " it runs; start another process";
    }
    return FirstLine.of(text);
  }
}
