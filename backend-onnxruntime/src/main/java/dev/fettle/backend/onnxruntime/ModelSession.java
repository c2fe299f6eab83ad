package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.fettle.backend.onnxruntime.device.Placement;
import dev.fettle.spi.DeviceFailureException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The runtime's session of one model. A session keeps the memory its runs needed; one whose memory
 * is wanted elsewhere is put to sleep and made anew when it runs again.
 */
final class ModelSession implements AutoCloseable {
  private static final String SHRINK = "memory.enable_memory_arena_shrinkage";

  /** Intermediate results below this are not worth giving back. */
  private static final long SMALL = 64L << 20;

  private static final String GRAPH = "gpu_graph_id";

  private SessionMaker maker;
  private final Residency residency;
  private final long bytes;
  private final GraphRuns runs = new GraphRuns();
  private final Placement placement;
  private @Nullable OrtSession session;

  private ModelSession(SessionMaker maker, Residency residency, long bytes) {
    this.maker = maker;
    this.residency = residency;
    this.bytes = bytes;
    OrtSession made = made();
    this.session = made;
    this.placement = maker.memory().placement(made);
  }

  /** Where its nodes run. */
  Placement placement() {
    return placement;
  }

  /** A session whose runs may be recorded, if the runtime takes the model for that. */
  private OrtSession made() {
    if (maker.ways().recorded()) {
      try {
        return maker.make();
      } catch (DeviceFailureException e) {
        // Some node has no kernel on the GPU; the model is fine all the same, or fails below.
        maker = maker.plain();
      }
    }
    return maker.make();
  }

  /** Whether the next run over these tensors is recorded, and therefore runs twice. */
  boolean records(Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned) {
    return maker.ways().recorded() && runs.records(feeds, pinned);
  }

  /** Records no run from now on. */
  void recordNothing() {
    runs.stop();
  }

  /** How many graphs runs are replayed from. */
  int graphs() {
    return runs.count();
  }

  /**
   * A session of its own for a model.
   *
   * @param intermediateBytes of all its results together
   */
  static ModelSession open(SessionMaker maker, Residency residency, long intermediateBytes) {
    return new ModelSession(maker, residency, intermediateBytes);
  }

  /** Runs the model from some tensors into others. */
  void run(Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned) throws OrtException {
    boolean keeps = bytes < SMALL || residency.admits(this, bytes);
    if (!keeps && runs.count() > 0) {
      // A graph's memory is not the arena's to give back.
      sleep();
    }
    OrtSession awake = session;
    if (awake == null) {
      awake = made();
      session = awake;
    }
    try (RunOptions options = new RunOptions()) {
      if (maker.ways().recorded()) {
        options.addRunConfigEntry(
            GRAPH, Integer.toString(keeps ? runs.graphOf(feeds, pinned) : GraphRuns.PLAIN));
      }
      if (!keeps) {
        options.addRunConfigEntry(SHRINK, maker.settings().arena());
      }
      awake.run(feeds, Set.of(), pinned, options).close();
    }
  }

  /** Gives back all memory until the next run. */
  void sleep() {
    OrtSession awake = session;
    session = null;
    runs.clear();
    if (awake != null) {
      try {
        awake.close();
      } catch (OrtException e) {
        throw new DeviceFailureException("program " + maker.program() + " did not close", e);
      }
    }
  }

  @Override
  public void close() {
    residency.forget(this);
    sleep();
  }
}
