package dev.fettle.backend.tensorflow;

import dev.fettle.program.Program;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceFailureException;
import java.util.Locale;
import java.util.Optional;

/**
 * What is said of a run that failed: one line, and for lack of memory what it took and may take.
 */
final class RunFailure {
  private RunFailure() {}

  static DeviceFailureException of(
      Program program, Device device, Optional<GpuRuns> gpu, Throwable cause) {
    String why = FirstLine.of(String.valueOf(cause.getMessage()));
    String predicted = "predicted: " + MemoryEstimate.of(program);
    String peak = gpu.map(g -> "; " + g.taken()).orElse("");
    String advice =
        isOutOfMemory(cause)
            ? ". Make train.microBatchSize or data.maxLength smaller, or set model.recompute: blocks"
            : "";
    return new DeviceFailureException(
        "program "
            + program.name()
            + " failed on "
            + device
            + ": "
            + (isOutOfMemory(cause) ? "out of memory: " : "")
            + why
            + " ("
            + predicted
            + peak
            + ")"
            + advice,
        cause);
  }

  static boolean isOutOfMemory(Throwable cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return cause instanceof OutOfMemoryError
        || cause.getClass().getSimpleName().equals("TFResourceExhaustedException")
        || text.contains("oom when allocating")
        || text.contains("out of memory")
        || text.contains("resource_exhausted");
  }
}
