package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.backend.onnxruntime.lower.Lowered;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.spi.DeviceFailureException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What is said of a run that failed; for lack of a GPU's memory, what it takes and may take. */
final class RunFailure {
  private static final int MOST = 300;

  private RunFailure() {}

  /**
   * The error to throw.
   *
   * @param memory the program's
   * @param half slots that now hold a mixture of old and new contents
   */
  static DeviceFailureException of(
      Program program, Lowered lowered, Memory memory, Collection<String> half, Throwable cause) {
    StringBuilder text = new StringBuilder("program " + program.name() + " failed: ");
    if (isOutOfMemory(cause) && !memory.isHost()) {
      text.append("out of memory: ").append(line(cause)).append(" (predicted: state ");
      text.append(mebibytes(stateBytes(program))).append(", values at most ");
      text.append(mebibytes(lowered.intermediateBytes())).append("; ").append(report(memory));
      text.append("). Make train.microBatchSize or data.maxLength smaller, or set")
          .append(" model.recompute: blocks");
    } else {
      text.append(cause.getMessage());
    }
    if (!half.isEmpty()) {
      text.append(". The slots it was updating in place are unusable until uploaded again: ")
          .append(half);
    }
    return new DeviceFailureException(text.toString(), cause);
  }

  private static String report(Memory memory) {
    try {
      return memory.report();
    } catch (DeviceFailureException e) {
      return "the card does not answer any more";
    }
  }

  static boolean isOutOfMemory(Throwable cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return cause instanceof OutOfMemoryError
        || text.contains("out of memory")
        || text.contains("failed to allocate memory")
        || text.contains("is smaller than requested bytes");
  }

  private static String line(Throwable cause) {
    String text = String.valueOf(cause.getMessage());
    int said = text.lastIndexOf("Status Message: ");
    String line = text.substring(said < 0 ? 0 : said + 16).lines().findFirst().orElse("").strip();
    return line.length() <= MOST ? line : line.substring(0, MOST) + "...";
  }

  private static long stateBytes(Program program) {
    Map<String, Value> slots = new HashMap<>(program.stateIn());
    slots.putAll(program.stateOut());
    return slots.values().stream().mapToLong(v -> v.type().bytes()).sum();
  }

  private static String mebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) / (1 << 20) + " MiB";
  }
}
