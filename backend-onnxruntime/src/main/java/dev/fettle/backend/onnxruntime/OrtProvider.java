package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.DirectMemory;
import dev.fettle.spi.support.SoleUseBackend;
import java.util.List;

/** Offers the ONNX Runtime backend: {@code onnxruntime}. */
public final class OrtProvider implements BackendProvider {
  static final String ID = "onnxruntime";

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String version() {
    String version = OrtEnvironment.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  @Override
  public Availability probe() {
    String platform = platform();
    return OrtLibraries.has(platform, "onnxruntime")
        ? Availability.yes("ONNX Runtime " + version() + " for " + platform)
        : Availability.no("the ONNX Runtime jar on the class path has no library for " + platform);
  }

  @Override
  public List<Device> devices() {
    return hasCuda() ? List.of(Device.CPU, new Device("gpu", 0)) : List.of(Device.CPU);
  }

  @Override
  public Backend open(Device device, BackendOptions options) {
    if (device.isGpu() && !hasCuda()) {
      throw new DeviceUnavailableException(
          "device "
              + device
              + " needs ONNX Runtime with CUDA, and the class path has the CPU build: add"
              + " com.microsoft.onnxruntime:onnxruntime_gpu:"
              + version()
              + " and exclude com.microsoft.onnxruntime:onnxruntime from"
              + " dev.fettle:fettle-backend-onnxruntime (in Fettle's own build: -Pgpu), or choose"
              + " device cpu");
    }
    OrtEnvironment environment;
    try {
      environment =
          OrtLibraries.start(
              version(),
              platform(),
              () ->
                  OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "fettle"));
    } catch (LinkageError e) {
      throw new DeviceUnavailableException(
          "the ONNX Runtime library does not load here: " + e.getMessage(), e);
    }
    if (device.isGpu()) {
      requireCuda(device);
    }
    return new SoleUseBackend(
        new OrtBackend(environment, place(environment, device), options));
  }

  private static OrtBackend.Place place(OrtEnvironment environment, Device device) {
    DirectMemory memory = DirectMemory.ofThisProcess();
    return device.isGpu()
        ? OrtBackend.Place.gpu(environment, memory, device)
        : OrtBackend.Place.cpu(environment, memory);
  }

  private static void requireCuda(Device device) {
    try (SessionOptions options = new SessionOptions()) {
      options.addCUDA(device.index());
    } catch (OrtException e) {
      throw new DeviceUnavailableException(
          "device "
              + device
              + " cannot be used: "
              + e.getMessage()
              + ". onnxruntime_gpu needs the CUDA and cuDNN libraries it was built for on the"
              + " library path, and a driver for the card",
          e);
    }
  }

  private static boolean hasCuda() {
    return OrtLibraries.has(platform(), "onnxruntime_providers_cuda");
  }

  /** The folder of the jar that holds this machine's libraries. */
  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(java.util.Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
    return system + "-" + (arch.equals("aarch64") || arch.equals("arm64") ? "aarch64" : "x64");
  }
}
