package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.google.protobuf.ByteString;
import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.spi.DeviceFailureException;
import java.util.Map;

/**
 * Makes the session of a model, over and over.
 *
 * @param environment the runtime's
 * @param settings of every session
 * @param memory that state lies in, beside which the session takes its own
 * @param program its name, for messages
 * @param ways how it may run
 * @param model what it computes, serialised
 * @param constants contents of the model's initializers that lie outside it; must stay as they are
 *     while the session is used
 */
record SessionMaker(
    OrtEnvironment environment,
    SessionSettings settings,
    Memory memory,
    String program,
    Ways ways,
    ByteString model,
    Map<String, OnnxTensor> constants) {

  /**
   * How a session may run.
   *
   * @param tf32 whether operands of products may be rounded to TensorFloat-32
   * @param recorded whether runs may be replayed as a graph of kernels
   */
  record Ways(boolean tf32, boolean recorded) {

    Ways withoutRecording() {
      return new Ways(tf32, false);
    }
  }

  /** The same without recording. */
  SessionMaker plain() {
    return new SessionMaker(
        environment, settings, memory, program, ways.withoutRecording(), model, constants);
  }

  /** Keeps an immutable copy. */
  SessionMaker {
    constants = Map.copyOf(constants);
  }

  /** A session, which the caller closes. */
  OrtSession make() {
    try (SessionOptions options = settings.options(program, ways, memory.leftOfLimit())) {
      if (!constants.isEmpty()) {
        options.addExternalInitializers(Map.copyOf(constants));
      }
      return environment.createSession(model.toByteArray(), options);
    } catch (OrtException | OutOfMemoryError e) {
      throw new DeviceFailureException(
          "program " + program + " was not accepted by ONNX Runtime: " + e.getMessage(), e);
    }
  }
}
