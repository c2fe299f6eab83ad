package dev.fettle.backend.onnxruntime.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where the nodes of a session run.
 *
 * @param nodes how many by device, as in {@code gpu:0}; empty where the runtime does not say
 * @param onCpu by operator, those of a session on a GPU that run on the CPU all the same
 */
public record Placement(Map<String, Integer> nodes, Map<String, Integer> onCpu) {
  /** Of a session that knows one place only, or does not say. */
  public static final Placement UNKNOWN = new Placement(Map.of(), Map.of());

  private static final String CPU = "cpu";
  private static final String CPU_PROVIDER = "CPUExecutionProvider";
  private static final String CUDA_PROVIDER = "CUDAExecutionProvider";

  /** Keeps immutable copies. */
  public Placement {
    nodes = Map.copyOf(nodes);
    onCpu = Map.copyOf(onCpu);
  }

  /**
   * Of a session on a card.
   *
   * @param assigned nodes by provider and operator
   * @param card which card
   */
  static Placement of(Map<String, Map<String, Integer>> assigned, int card) {
    Map<String, Integer> nodes = new TreeMap<>();
    assigned.forEach(
        (provider, operators) -> {
          String device =
              provider.equals(CUDA_PROVIDER)
                  ? "gpu:" + card
                  : provider.equals(CPU_PROVIDER) ? CPU : provider;
          nodes.merge(device, sum(operators), Integer::sum);
        });
    return new Placement(nodes, assigned.getOrDefault(CPU_PROVIDER, Map.of()));
  }

  private static int sum(Map<String, Integer> operators) {
    return operators.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** For people, if there is anything to say. */
  public Optional<String> note() {
    if (nodes.isEmpty()) {
      return Optional.empty();
    }
    int cpu = nodes.getOrDefault(CPU, 0);
    int gpu = sum(nodes) - cpu;
    if (onCpu.isEmpty()) {
      return Optional.of(gpu + " operations on the GPU, none on the CPU");
    }
    List<String> names = new ArrayList<>();
    new TreeMap<>(onCpu).forEach((op, n) -> names.add(n + " " + op));
    return Optional.of(
        gpu + " operations on the GPU, " + cpu + " on the CPU: " + String.join(", ", names));
  }
}
