package dev.fettle.backend.tensorflow;

import dev.fettle.spi.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunMetadata;

/**
 * Where a session put a program's operations.
 *
 * @param onGpu how many compute on the GPU
 * @param onCpu by name, those that compute on the CPU all the same
 */
record Placement(int onGpu, Map<String, Integer> onCpu) {
  /** They hold or pass on, and compute nothing. */
  private static final Set<String> PASSIVE =
      Set.of(
          "Const",
          "NoOp",
          "Placeholder",
          "Identity",
          "VarHandleOp",
          "ReadVariableOp",
          "AssignVariableOp",
          "_Arg",
          "_Retval",
          "_Send",
          "_Recv",
          "_HostSend",
          "_HostRecv");

  /** Reads it off the graphs that a run was cut into, one for each device. */
  static Placement of(RunMetadata metadata) {
    int gpu = 0;
    Map<String, Integer> cpu = new TreeMap<>();
    for (GraphDef graph : metadata.getPartitionGraphsList()) {
      for (NodeDef node : graph.getNodeList()) {
        if (PASSIVE.contains(node.getOp())) {
          continue;
        }
        if (node.getDevice().contains("GPU:")) {
          gpu++;
        } else {
          cpu.merge(node.getOp(), 1, Integer::sum);
        }
      }
    }
    return new Placement(gpu, Map.copyOf(cpu));
  }

  /** Operations on the CPU. */
  int cpuNodes() {
    return onCpu.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The same, by the names devices have in a configuration. */
  Map<String, Integer> on(Device gpu) {
    Map<String, Integer> placed = new TreeMap<>();
    placed.put(Device.CPU.toString(), cpuNodes());
    placed.merge(gpu.toString(), onGpu, Integer::sum);
    return placed;
  }

  @Override
  public String toString() {
    if (onCpu.isEmpty()) {
      return onGpu + " operations on the GPU, none on the CPU";
    }
    List<String> names = new ArrayList<>();
    new TreeMap<>(onCpu).forEach((op, n) -> names.add(n + " " + op));
    return onGpu
        + " operations on the GPU, "
        + cpuNodes()
        + " on the CPU: "
        + String.join(", ", names);
  }
}
