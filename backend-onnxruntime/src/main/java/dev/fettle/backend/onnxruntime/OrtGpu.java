package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.fettle.backend.onnxruntime.device.CudaMemory;
import dev.fettle.spi.Availability;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.cuda.Cuda;
import dev.fettle.spi.cuda.Needs;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether ONNX Runtime can use a GPU of this machine, and what is missing where it cannot. */
final class OrtGpu {
  /** In an order in which each finds what it needs among those before. */
  static final Needs NEEDS =
      new Needs(
          "ONNX Runtime",
          "CUDA 12 and cuDNN 9",
          12,
          List.of(
              "libcudart.so.12",
              "libcublasLt.so.12",
              "libcublas.so.12",
              "libcurand.so.10",
              "libcudnn.so.9"),
          false);

  private static final Pattern ABSENT =
      Pattern.compile("([\\w.+-]+\\.so[\\w.]*): cannot open shared object file");

  /** What stands before the message itself. */
  private static final Pattern STATUS = Pattern.compile("\\[ONNXRuntimeError] : \\d+ : \\w+ : ");

  private final BooleanSupplier hasProvider;
  private final Cuda cuda;

  /**
   * On a machine.
   *
   * @param hasProvider whether the runtime's library for CUDA is there
   * @param cuda what the machine has
   */
  OrtGpu(BooleanSupplier hasProvider, Cuda cuda) {
    this.hasProvider = hasProvider;
    this.cuda = cuda;
  }

  /** The same where a run names folders with CUDA. */
  OrtGpu with(Optional<String> cudaPath) {
    return cudaPath.isEmpty() ? this : new OrtGpu(hasProvider, Cuda.here(cudaPath));
  }

  /** Whether a card can be used, as far as can be told without loading anything. */
  Availability probe(Device device, String version) {
    if (!hasProvider.getAsBoolean()) {
      return Availability.no(
          "device "
              + device
              + " needs ONNX Runtime with CUDA, and the class path has the CPU build: add"
              + " com.microsoft.onnxruntime:onnxruntime_gpu:"
              + version
              + " and exclude com.microsoft.onnxruntime:onnxruntime from"
              + " dev.fettle:fettle-backend-onnxruntime (in Fettle's own build: -Pgpu), or choose"
              + " device cpu; this machine shows "
              + cuda.gpus());
    }
    return cuda.check(device, NEEDS);
  }

  /** How many cards could be opened. */
  int cards(String version) {
    return probe(new Device("gpu", 0), version).available()
        ? Math.max(1, cuda.gpus().visible().size())
        : 0;
  }

  /**
   * Loads CUDA, and with it the runtime's provider.
   *
   * @param environment the runtime, started
   * @throws DeviceUnavailableException saying in one line what is missing
   */
  void load(Device device, OrtEnvironment environment) {
    cuda.load(device, NEEDS);
    try (SessionOptions options = new SessionOptions()) {
      // Which card does not matter yet: the provider is loaded for all.
      options.addCUDA(0);
    } catch (OrtException e) {
      throw new DeviceUnavailableException(
          device + " cannot be used: " + why(String.valueOf(e.getMessage())) + needs(), e);
    }
    int cards = CudaMemory.cards();
    if (device.index() >= cards) {
      throw new DeviceUnavailableException(
          device
              + " is not there: CUDA shows "
              + (cards == 0 ? "no GPU" : cards == 1 ? "gpu:0" : "gpu:0 to gpu:" + (cards - 1)));
    }
  }

  private static String needs() {
    return "; " + NEEDS.runtime() + " needs " + NEEDS.versions() + " and a driver for the card";
  }

  /** The runtime's complaint without its C++: which library is missing, or its last sentence. */
  static String why(String complaint) {
    Matcher absent = ABSENT.matcher(complaint);
    if (absent.find()) {
      return absent.group(1) + " not found";
    }
    String line = complaint.lines().filter(l -> !l.isBlank()).findFirst().orElse("no reason given");
    Matcher status = STATUS.matcher(line);
    String end = status.find() ? line.substring(status.end()) : line;
    return end.length() <= 200 ? end : end.substring(0, 200) + "...";
  }
}
