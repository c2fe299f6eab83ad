package dev.fettle.backend.tensorflow;

import dev.fettle.spi.Availability;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks for TensorFlow's native parts without loading them. */
final class NativeLibraries {
  private static final String ROOT = "/org/tensorflow/internal/c_api/";

  /** Directories the dynamic linker and CUDA's installer use. */
  private static final List<String> DIRECTORIES =
      List.of(
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib64",
          "/usr/local/cuda/lib64",
          "/usr/local/cuda/targets/x86_64-linux/lib");

  private static final List<String> CUDA =
      List.of("libcuda.so.1", "libcudart.so.12", "libcublas.so.12", "libcudnn.so.9");

  /** Whether the CPU can be used. */
  Availability cpu() {
    String platform = platform();
    if (holds(platform) || holds(platform + "-gpu")) {
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
  Availability gpu(int index) {
    if (!holds("linux-x86_64-gpu")) {
      return Availability.no(
          "gpu:"
              + index
              + " needs TensorFlow's GPU library, which is not on the class path: exclude"
              + " org.tensorflow:tensorflow-core-native from dev.fettle:fettle-backend-tensorflow, and"
              + " add org.tensorflow:tensorflow-core-native:"
              + TensorFlowProvider.JAR
              + " twice, once plain and once with classifier linux-x86_64-gpu (in Fettle's own build:"
              + " -Pgpu), or choose device cpu");
    }
    List<String> missing = CUDA.stream().filter(library -> !installed(library)).toList();
    if (!missing.isEmpty()) {
      return Availability.no(
          "gpu:"
              + index
              + " needs CUDA 12.5 and cuDNN 9.3 installed; not found: "
              + String.join(", ", missing));
    }
    if (index >= count()) {
      return Availability.no(
          "gpu:" + index + " does not exist; this machine shows " + count() + " GPUs");
    }
    return Availability.yes("GPU library on the class path, CUDA installed");
  }

  /** GPUs that could be opened. */
  int gpus() {
    return gpu(0).available() ? count() : 0;
  }

  private static int count() {
    Path driver = Path.of("/proc/driver/nvidia/gpus");
    if (!Files.isDirectory(driver)) {
      return 0;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(driver)) {
      int n = 0;
      for (Path ignored : entries) {
        n++;
      }
      return n;
    } catch (IOException e) {
      return 0;
    }
  }

  private static boolean installed(String library) {
    List<String> directories = new ArrayList<>(DIRECTORIES);
    String path = System.getenv("LD_LIBRARY_PATH");
    if (path != null) {
      directories.addAll(List.of(path.split(":")));
    }
    return directories.stream().anyMatch(d -> Files.exists(Path.of(d, library)));
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
