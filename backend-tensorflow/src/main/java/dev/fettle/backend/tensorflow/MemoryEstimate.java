package dev.fettle.backend.tensorflow;

import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a program should need, were its operations run one after the other in the order written:
 * bytes of the slots it touches, and the most that its other values take at one time.
 */
record MemoryEstimate(long stateBytes, long peakBytes) {

  static MemoryEstimate of(Program program) {
    Set<Value> state = new HashSet<>(program.stateIn().values());
    Map<String, Long> slots = new HashMap<>();
    program.stateIn().forEach((slot, v) -> slots.put(slot, v.type().bytes()));
    program.stateOut().forEach((slot, v) -> slots.put(slot, v.type().bytes()));
    long stateBytes = slots.values().stream().mapToLong(Long::longValue).sum();

    List<Node> nodes = program.graph().nodes();
    Map<Value, Integer> lastUse = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (Value v : nodes.get(i).inputs()) {
        lastUse.put(v, i);
      }
    }
    program.outputs().values().forEach(v -> lastUse.put(v, nodes.size()));
    program.stateOut().values().forEach(v -> lastUse.put(v, nodes.size()));
    long now = 0;
    long peak = 0;
    for (int i = 0; i < nodes.size(); i++) {
      for (Value v : nodes.get(i).outputs()) {
        now += state.contains(v) ? 0 : v.type().bytes();
      }
      peak = Math.max(peak, now);
      Set<Value> ended = new HashSet<>(nodes.get(i).inputs());
      ended.addAll(nodes.get(i).outputs());
      for (Value v : ended) {
        if (!state.contains(v) && lastUse.getOrDefault(v, i) <= i) {
          now -= v.type().bytes();
        }
      }
    }
    return new MemoryEstimate(stateBytes, peak);
  }

  @Override
  public String toString() {
    return "state " + megabytes(stateBytes) + ", values at most " + megabytes(peakBytes);
  }

  private static String megabytes(long bytes) {
    return (bytes + (1 << 20) - 1) / (1 << 20) + " MiB";
  }
}
