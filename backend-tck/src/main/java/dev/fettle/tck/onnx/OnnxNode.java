package dev.fettle.tck.onnx;

import ai.onnx.proto.OnnxMl;
import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One node test: the node, its operands and the published results.
 *
 * @param name the test's folder
 * @param op ONNX's operator
 * @param attributes by name
 * @param inputs empty where the node leaves an optional operand out
 * @param outputs the published results; empty where the node does not give one
 */
public record OnnxNode(
    String name,
    String op,
    Map<String, OnnxMl.AttributeProto> attributes,
    List<Optional<HostTensor>> inputs,
    List<Optional<HostTensor>> outputs) {

  /** Reads a test folder; empty where it has several nodes or an element type we do not have. */
  public static Optional<OnnxNode> read(Path folder) throws IOException {
    OnnxMl.GraphProto graph =
        OnnxMl.ModelProto.parseFrom(Files.readAllBytes(folder.resolve("model.onnx"))).getGraph();
    if (graph.getNodeCount() != 1 || graph.getInitializerCount() > 0) {
      return Optional.empty();
    }
    OnnxMl.NodeProto node = graph.getNode(0);
    Map<String, OnnxMl.AttributeProto> attributes = new HashMap<>();
    node.getAttributeList().forEach(a -> attributes.put(a.getName(), a));
    List<String> given = graph.getInputList().stream().map(OnnxMl.ValueInfoProto::getName).toList();
    List<String> gives =
        graph.getOutputList().stream().map(OnnxMl.ValueInfoProto::getName).toList();
    Path data = folder.resolve("test_data_set_0");
    try {
      return Optional.of(
          new OnnxNode(
              String.valueOf(folder.getFileName()),
              node.getOpType(),
              attributes,
              tensors(data, "input_", node.getInputList(), given),
              tensors(data, "output_", node.getOutputList(), gives)));
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  private static List<Optional<HostTensor>> tensors(
      Path data, String prefix, List<String> names, List<String> files) throws IOException {
    List<Optional<HostTensor>> tensors = new ArrayList<>();
    for (String name : names) {
      int i = name.isEmpty() ? -1 : files.indexOf(name);
      tensors.add(i < 0 ? Optional.empty() : Optional.of(tensor(data.resolve(prefix + i + ".pb"))));
    }
    return tensors;
  }

  private static HostTensor tensor(Path file) throws IOException {
    OnnxMl.TensorProto proto = OnnxMl.TensorProto.parseFrom(Files.readAllBytes(file));
    DType dtype = dtype(proto.getDataType());
    long[] sizes = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    HostTensor tensor = HostTensor.allocate(dtype, sizes);
    ByteBuffer raw = proto.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (raw.remaining() != tensor.bytes().remaining()) {
      throw new UnsupportedOperationException("elements not stored raw");
    }
    // The machines we run on are little-endian, as the file is.
    tensor.bytes().put(raw);
    return tensor;
  }

  private static DType dtype(int onnx) {
    return switch (OnnxMl.TensorProto.DataType.forNumber(onnx)) {
      case FLOAT -> DType.F32;
      case FLOAT16 -> DType.F16;
      case BFLOAT16 -> DType.BF16;
      case INT32 -> DType.I32;
      case INT64 -> DType.I64;
      case INT8 -> DType.I8;
      case UINT8 -> DType.U8;
      case BOOL -> DType.BOOL;
      default -> throw new UnsupportedOperationException("element type " + onnx);
    };
  }

  /** An operand that must be there. */
  public HostTensor in(int i) {
    return optional(i).orElseThrow(() -> new NotMapped("operand " + i + " is missing"));
  }

  /** An operand that may be left out. */
  public Optional<HostTensor> optional(int i) {
    return i < inputs.size() ? inputs.get(i) : Optional.empty();
  }

  /** An integer attribute. */
  public long integer(String attribute, long otherwise) {
    OnnxMl.AttributeProto a = attributes.get(attribute);
    return a == null ? otherwise : a.getI();
  }

  /** A float attribute. */
  public double number(String attribute, double otherwise) {
    OnnxMl.AttributeProto a = attributes.get(attribute);
    return a == null ? otherwise : a.getF();
  }

  /** A text attribute. */
  public String text(String attribute, String otherwise) {
    OnnxMl.AttributeProto a = attributes.get(attribute);
    return a == null ? otherwise : a.getS().toStringUtf8();
  }

  /** A list of integers. */
  public Optional<List<Long>> integers(String attribute) {
    return Optional.ofNullable(attributes.get(attribute)).map(OnnxMl.AttributeProto::getIntsList);
  }

  /** Thrown where a node cannot be said in our operations. */
  public static final class NotMapped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says why. */
    public NotMapped(String why) {
      super(why);
    }
  }
}
