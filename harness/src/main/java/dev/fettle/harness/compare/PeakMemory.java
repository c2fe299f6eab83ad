package dev.fettle.harness.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The most physical memory a process ever held, as Linux counts it. */
final class PeakMemory {
  private static final String LINE = "VmHWM:";

  private PeakMemory() {}

  /** This process's peak in bytes; null where the operating system does not tell. */
  static @Nullable Long ofThisProcess() {
    Path status = Path.of("/proc/self/status");
    try {
      return Files.exists(status) ? in(Files.readString(status)) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** The peak in a {@code /proc/PID/status}, which gives it in kB. */
  static @Nullable Long in(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith(LINE))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(null);
  }
}
