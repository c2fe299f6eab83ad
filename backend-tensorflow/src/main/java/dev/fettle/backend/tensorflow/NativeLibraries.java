package dev.fettle.backend.tensorflow;

import dev.fettle.spi.Availability;
import dev.fettle.spi.Device;
import dev.fettle.spi.cuda.Cuda;
import dev.fettle.spi.cuda.Needs;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Looks for TensorFlow's native parts without loading them. */
final class NativeLibraries {
  private static final String ROOT = "/org/tensorflow/internal/c_api/";
  private static final String GPU_PLATFORM = "linux-x86_64-gpu";

  /** What TensorFlow 2.18 opens by name, all of it before it makes a device of a card. */
  static final Needs NEEDS =
      new Needs(
          "TensorFlow",
          "CUDA 12 and cuDNN 9",
          12,
          List.of(
              "libcudart.so.12",
              "libcublasLt.so.12",
              "libcublas.so.12",
              "libcufft.so.11",
              "libcusparse.so.12",
              "libcusolver.so.11",
              "libcudnn.so.9"),
          true);

  private final Predicate<String> onClassPath;
  private final Cuda cuda;

  NativeLibraries(Cuda cuda) {
    this(NativeLibraries::holds, cuda);
  }

  /**
   * Of another machine.
   *
   * @param onClassPath whether TensorFlow's library for a platform is there
   */
  NativeLibraries(Predicate<String> onClassPath, Cuda cuda) {
    this.onClassPath = onClassPath;
    this.cuda = cuda;
  }

  /** The same where a run names folders with CUDA. */
  NativeLibraries with(Optional<String> cudaPath) {
    return cudaPath.isEmpty() ? this : new NativeLibraries(onClassPath, Cuda.here(cudaPath));
  }

  Cuda cuda() {
    return cuda;
  }

  /** Whether the CPU can be used. */
  Availability cpu() {
    String platform = platform();
    if (onClassPath.test(platform) || onClassPath.test(platform + "-gpu")) {
      return Availability.yes("native library for " + platform + " on the class path");
    }
    return Availability.no(
        "TensorFlow's native library for "
            + platform
            + " is not on the class path; add org.tensorflow:tensorflow-core-native with classifier "
            + platform
            + " (linux-x86_64, linux-arm64, macosx-arm64 and windows-x86_64 exist)");
  }

  /** Whether a GPU can be used. */
  Availability gpu(Device device) {
    if (!onClassPath.test(GPU_PLATFORM)) {
      return Availability.no(
          device
              + " needs TensorFlow's GPU library, which is not on the class path: exclude"
              + " org.tensorflow:tensorflow-core-native from dev.fettle:fettle-backend-tensorflow, and"
              + " add org.tensorflow:tensorflow-core-native:"
              + TensorFlowProvider.JAR
              + " twice, once plain and once with classifier linux-x86_64-gpu (in Fettle's own build:"
              + " -Pgpu), or choose device cpu; this machine shows "
              + cuda.gpus());
    }
    return cuda.check(device, NEEDS);
  }

  /** GPUs that could be opened. */
  int gpus() {
    return onClassPath.test(GPU_PLATFORM) && gpu(new Device("gpu", 0)).available()
        ? Math.max(1, cuda.gpus().visible().size())
        : 0;
  }

  private static boolean holds(String platform) {
    String file = System.mapLibraryName("jnitensorflow");
    return NativeLibraries.class.getResource(ROOT + platform + "/" + file) != null;
  }

  private static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String system = os.startsWith("mac") ? "macosx" : os.startsWith("win") ? "windows" : "linux";
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    return system + "-" + (arm ? "arm64" : "x86_64");
  }
}
