package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import dev.fettle.backend.onnxruntime.device.HostMemory;
import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.backend.onnxruntime.lower.Target;
import dev.fettle.spi.Availability;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.spi.DirectMemory;
import java.util.List;

/**
 * Programs as they are lowered for a GPU, on the CPU: everything in the session, state in rows.
 * Nearly all that is special about a GPU is tested so where there is none.
 */
final class FlatProvider implements BackendProvider {

  @Override
  public String id() {
    return OrtProvider.ID;
  }

  @Override
  public String version() {
    return new OrtProvider().version();
  }

  @Override
  public Availability probe() {
    return new OrtProvider().probe();
  }

  @Override
  public List<Device> devices() {
    return List.of(Device.CPU);
  }

  @Override
  public Backend open(Device device, BackendOptions options) {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "fettle");
    Memory host = new HostMemory(environment, DirectMemory.ofThisProcess());
    return new OrtBackend(
        environment,
        new OrtBackend.Place(Device.CPU, Target.CUDA, host),
        new SessionSettings(Device.CPU, options),
        options);
  }
}
