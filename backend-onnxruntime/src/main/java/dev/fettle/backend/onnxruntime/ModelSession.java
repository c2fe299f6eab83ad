package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
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

  private final SessionMaker maker;
  private final Residency residency;
  private final boolean large;
  private @Nullable OrtSession session;

  private ModelSession(SessionMaker maker, Residency residency, boolean large) {
    this.maker = maker;
    this.residency = residency;
    this.large = large;
    this.session = maker.make();
  }

  /**
   * A session of its own for a model.
   *
   * @param intermediateBytes of all its results together
   */
  static ModelSession open(SessionMaker maker, Residency residency, long intermediateBytes) {
    return new ModelSession(maker, residency, intermediateBytes >= SMALL);
  }

  /** Runs the model from some tensors into others. */
  void run(Map<String, OnnxTensor> feeds, Map<String, OnnxTensor> pinned) throws OrtException {
    boolean keeps = !large || residency.admits(this);
    OrtSession awake = session;
    if (awake == null) {
      awake = maker.make();
      session = awake;
    }
    try (RunOptions options = new RunOptions()) {
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
