package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.DirectMemory;
import dev.fettle.spi.cuda.Cuda;
import dev.fettle.spi.support.SoleUseBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Offers the ONNX Runtime backend: {@code onnxruntime}. */
public final class OrtProvider implements BackendProvider {
  static final String ID = "onnxruntime";

  private final OrtGpu gpu;

  /** For the service loader. */
  public OrtProvider() {
    this(new OrtGpu(OrtProvider::hasCuda, Cuda.here(Optional.empty())));
  }

  /** On another machine than this. */
  OrtProvider(OrtGpu gpu) {
    this.gpu = gpu;
  }

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
  public Availability probe(Device device) {
    return device.isGpu() ? gpu.probe(device, version()) : probe();
  }

  @Override
  public List<Device> devices() {
    List<Device> devices = new ArrayList<>(List.of(Device.CPU));
    int cards = gpu.cards(version());
    for (int i = 0; i < cards; i++) {
      devices.add(new Device("gpu", i));
    }
    return devices;
  }

  @Override
  public Backend open(Device device, BackendOptions options) {
    SessionSettings settings = new SessionSettings(device, options);
    OrtGpu found = gpu.with(settings.gpu().cudaPath());
    if (device.isGpu()) {
      Availability usable = found.probe(device, version());
      if (!usable.available()) {
        throw new DeviceUnavailableException(usable.detail());
      }
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
      found.load(device, environment);
    }
    return new SoleUseBackend(
        new OrtBackend(environment, place(environment, device, settings), settings, options));
  }

  private static OrtBackend.Place place(
      OrtEnvironment environment, Device device, SessionSettings settings) {
    return device.isGpu()
        ? OrtBackend.Place.gpu(device, settings)
        : OrtBackend.Place.cpu(environment, DirectMemory.ofThisProcess());
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
