package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Which runs of a session are replayed on the GPU as one graph of kernels, which spares launching
 * each by itself. A graph is bound to the tensors it was recorded with, so each set of them has one
 * of its own.
 *
 * <p>To record, ONNX Runtime runs a program twice within one call. Whoever runs a program that
 * writes over what it reads must undo that: {@link #records} says when.
 */
final class GraphRuns {
  /** Runs over the same tensors after which recording pays. */
  static final int PATIENCE = 2;

  /** Sets of tensors with a graph: a slot that is swapped needs two. */
  private static final int MOST = 4;

  /** What ONNX Runtime takes for a run that is neither recorded nor replayed. */
  static final int PLAIN = -1;

  private final Map<Tensors, Integer> seen = new HashMap<>();
  private final Map<Tensors, Integer> recorded = new HashMap<>();
  private boolean off;

  /** By identity: tensors do not define equality. */
  private record Tensors(Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned) {

    Tensors kept() {
      return new Tensors(Map.copyOf(feeds), Map.copyOf(pinned));
    }
  }

  /** Whether the next run over these tensors will be recorded. */
  boolean records(Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned) {
    Tensors tensors = new Tensors(feeds, pinned);
    return !off
        && !recorded.containsKey(tensors)
        && recorded.size() < MOST
        && seen.getOrDefault(tensors, 0) >= PATIENCE;
  }

  /** The number of the graph of a run, which counts. */
  int graphOf(Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned) {
    Tensors tensors = new Tensors(feeds, pinned);
    Integer known = recorded.get(tensors);
    if (known != null) {
      return known;
    }
    if (records(feeds, pinned)) {
      recorded.put(tensors.kept(), recorded.size());
      return recorded.size() - 1;
    }
    if (!off && recorded.size() < MOST) {
      if (seen.size() > MOST) {
        // Tensors that never come again, as those of states long closed.
        seen.clear();
      }
      seen.merge(tensors.kept(), 1, Integer::sum);
    }
    return PLAIN;
  }

  /** How many graphs there are. */
  int count() {
    return recorded.size();
  }

  /** Records no more. */
  void stop() {
    off = true;
  }

  /** Forgets graphs that are gone with their session. */
  void clear() {
    seen.clear();
    recorded.clear();
  }
}
