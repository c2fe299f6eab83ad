package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import com.google.protobuf.ByteString;
import dev.fettle.backend.onnxruntime.lower.Lowered;
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

  private final Maker maker;
  private final Residency residency;
  private final boolean large;
  private @Nullable OrtSession session;

  /**
   * Makes the session of a model, over and over.
   *
   * @param environment the runtime's
   * @param settings of every session
   * @param program its name, for messages
   * @param model what it computes, serialised
   */
  private record Maker(
      OrtEnvironment environment, SessionSettings settings, String program, ByteString model) {

    OrtSession make() {
      try (OrtSession.SessionOptions options = settings.options(program)) {
        return environment.createSession(model.toByteArray(), options);
      } catch (OrtException | OutOfMemoryError e) {
        throw new DeviceFailureException(
            "program " + program + " was not accepted by ONNX Runtime: " + e.getMessage(), e);
      }
    }
  }

  private ModelSession(Maker maker, Residency residency, boolean large) {
    this.maker = maker;
    this.residency = residency;
    this.large = large;
    this.session = maker.make();
  }

  /** A session of its own for a model. */
  static ModelSession open(
      OrtEnvironment environment,
      SessionSettings settings,
      Residency residency,
      String program,
      Lowered lowered) {
    Maker maker = new Maker(environment, settings, program, lowered.model().toByteString());
    return new ModelSession(maker, residency, lowered.intermediateBytes() >= SMALL);
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
        options.addRunConfigEntry(SHRINK, maker.settings.arena());
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
        throw new DeviceFailureException("program " + maker.program + " did not close", e);
      }
    }
  }

  @Override
  public void close() {
    residency.forget(this);
    sleep();
  }
}
