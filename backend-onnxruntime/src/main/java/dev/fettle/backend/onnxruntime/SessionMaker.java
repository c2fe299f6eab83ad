package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.google.protobuf.ByteString;
import dev.fettle.spi.DeviceFailureException;
import java.util.Map;

/**
 * Makes the session of a model, over and over.
 *
 * @param environment the runtime's
 * @param settings of every session
 * @param program its name, for messages
 * @param tf32 whether operands of products may be rounded to TensorFloat-32
 * @param model what it computes, serialised
 * @param constants contents of the model's initializers that lie outside it; must stay as they are
 *     while the session is used
 */
record SessionMaker(
    OrtEnvironment environment,
    SessionSettings settings,
    String program,
    boolean tf32,
    ByteString model,
    Map<String, OnnxTensor> constants) {

  /** Keeps an immutable copy. */
  SessionMaker {
    constants = Map.copyOf(constants);
  }

  /** A session, which the caller closes. */
  OrtSession make() {
    try (SessionOptions options = settings.options(program, tf32)) {
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
