package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.onnx.NodeMappings;
import dev.fettle.tck.onnx.OnnxNode;
import dev.fettle.tck.onnx.Sketch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Rule N-1: ONNX's published node tests, an oracle that nobody here wrote. Those that can be said
 * in our operations are; how many is printed.
 */
public abstract class OnnxNodeContract extends BackendContract {

  /** For subclasses. */
  protected OnnxNodeContract() {}

  @TestFactory
  Stream<DynamicTest> nodeTests() throws IOException {
    Path found =
        Path.of(System.getProperty("fettle.shared", "shared"), "data", "golden", "onnx-node");
    if (!Files.isDirectory(found)) {
      return Stream.of(
          DynamicTest.dynamicTest(
              "N-1 node tests",
              () -> Assumptions.abort("skipped: no ONNX node tests under " + found)));
    }
    List<Sketch> mapped = new ArrayList<>();
    NodeMappings mappings = new NodeMappings();
    int all = 0;
    try (Stream<Path> folders = Files.list(found)) {
      for (Path test : folders.filter(Files::isDirectory).sorted().toList()) {
        all++;
        OnnxNode.read(test).flatMap(mappings::map).ifPresent(mapped::add);
      }
    }
    System.out.println(
        "ONNX node tests: " + mapped.size() + " of " + all + " said in our operations");
    return mapped.stream()
        .map(s -> DynamicTest.dynamicTest("N-1 " + s.node().name(), () -> check(s)));
  }

  private void check(Sketch s) {
    Map<String, HostTensor> actual = trial().run(s.program(), s.inputs());
    s.expected()
        .forEach(
            (name, t) -> {
              boolean half = t.dtype() == DType.F16 || t.dtype() == DType.BF16;
              double unit = half ? Tolerances.forward(t.dtype()) : Tolerances.ONNX_NODE;
              Tensors.assertClose(s.node().name(), Maps.get(actual, name), t, unit);
            });
  }
}
