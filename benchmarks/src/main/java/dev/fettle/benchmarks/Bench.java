package dev.fettle.benchmarks;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** What the benchmarks share. */
final class Bench {
  private static final int THREADS = Integer.getInteger("fettle.threads", 2);

  private Bench() {}

  /**
   * Opens a backend on the device that the system property {@code fettle.device} names, the CPU
   * unless set, with two threads, or as many as the property {@code fettle.threads} says: with one,
   * the processor time of a run tells its work even where others use the machine. The property
   * {@code fettle.profile} names a directory for the runtime's traces, {@code fettle.options} other
   * settings of the backend, as in {@code deterministic=false,xlaElements=1}.
   */
  static Backend open(String id) {
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.id().equals(id)) {
        Map<String, String> extra = new HashMap<>();
        for (String setting : System.getProperty("fettle.options", "").split(",", -1)) {
          if (!setting.isBlank()) {
            extra.put(setting.split("=", 2)[0], setting.substring(setting.indexOf('=') + 1));
          }
        }
        String profile = System.getProperty("fettle.profile");
        if (profile != null) {
          extra.put("profile", profile);
        }
        Device device = Device.parse(System.getProperty("fettle.device", "cpu"));
        return provider.open(device, new BackendOptions(THREADS, extra));
      }
    }
    throw new IllegalArgumentException("no backend '" + id + "' on the class path");
  }

  /** The precision of a name: {@code f32}, {@code tf32} or {@code bf16}. */
  static Precision precision(String name) {
    return switch (name) {
      case "f32" -> Precision.FULL;
      case "tf32" -> Precision.TF32;
      case "bf16" -> Precision.BF16;
      default -> throw new IllegalArgumentException(name + " is not f32, tf32 or bf16");
    };
  }

  /** The middle of some times. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** The largest resident set of this process so far, in MiB; NaN where the system does not say. */
  static double peakMiB() {
    return status("VmHWM:");
  }

  /** The resident set of this process now, in MiB; NaN where the system does not say. */
  static double residentMiB() {
    return status("VmRSS:");
  }

  private static double status(String key) {
    Path status = Path.of("/proc/self/status");
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith(key)) {
          return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
        }
      }
    } catch (IOException e) {
      // Not Linux: there is nothing to report.
    }
    return Double.NaN;
  }
}
