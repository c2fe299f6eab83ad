package dev.fettle.backend.tensorflow;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import dev.fettle.spi.cuda.Cuda;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Tells XLA, which compiles kernels on a GPU, where CUDA's parts for that are. It looks under
 * {@code /usr/local/cuda} alone and reads the environment as it is when it compiles its first
 * kernel, so it can be told from within the process.
 */
final class CudaEnvironment {
  private static final String FLAGS = "XLA_FLAGS";
  private static final String FOLDER = "--xla_gpu_cuda_data_dir=";
  private static final Path USUAL = Path.of("/usr/local/cuda");

  private CudaEnvironment() {}

  /** The value to give the variable; empty where it can stay as it is. */
  static Optional<String> flags(Map<String, String> environment, Optional<Path> libdevice) {
    String now = environment.getOrDefault(FLAGS, "");
    if (libdevice.isEmpty() || now.contains(FOLDER)) {
      return Optional.empty();
    }
    // HOME/nvvm/libdevice/libdevice.10.bc
    Path home = libdevice.get().resolve("../../..").normalize();
    return home.equals(USUAL) ? Optional.empty() : Optional.of((now + " " + FOLDER + home).strip());
  }

  /** Sets it, for native code: Java keeps its own copy of the environment. */
  static void prepare(Cuda cuda) {
    flags(System.getenv(), cuda.libdevice()).ifPresent(flags -> set(FLAGS, flags));
  }

  static void set(String name, String value) {
    Function setenv = NativeLibrary.getProcess().getFunction("setenv");
    setenv.invokeInt(new Object[] {name, value, 1});
  }
}
