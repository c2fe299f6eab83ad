package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import java.nio.file.Path;
import java.util.Set;

/** How every session is made. */
final class SessionSettings {
  /** The option that names a directory for the runtime's own profiles, one a session. */
  static final String PROFILE = "profile";

  private final Device device;
  private final BackendOptions options;

  /** Fails with {@link IllegalArgumentException} for a setting it does not know. */
  SessionSettings(Device device, BackendOptions options) {
    for (String key : options.extra().keySet()) {
      if (!Set.of(PROFILE).contains(key)) {
        throw new IllegalArgumentException(
            "the onnxruntime backend has no option '" + key + "'; it knows: " + PROFILE);
      }
    }
    this.device = device;
    this.options = options;
  }

  /** What the runtime calls the memory its sessions take intermediate results from. */
  String arena() {
    return (device.isGpu() ? "gpu:" : "cpu:") + device.index();
  }

  private void addCuda(SessionOptions so, boolean tf32) throws OrtException {
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.index())) {
      // On unless told otherwise, and then not F32.
      cuda.add("use_tf32", tf32 ? "1" : "0");
      // What a run needs is the same each time: no more is wanted than was asked for.
      cuda.add("arena_extend_strategy", "kSameAsRequested");
      so.addCUDA(cuda);
    }
  }

  /** Options for one session; the caller closes them. */
  SessionOptions options(String program, boolean tf32) throws OrtException {
    SessionOptions so = new SessionOptions();
    // Our lowering is the optimisation; the runtime's own would undo parts of it.
    so.setOptimizationLevel(OptLevel.NO_OPT);
    so.setExecutionMode(ExecutionMode.SEQUENTIAL);
    so.setInterOpNumThreads(1);
    so.setIntraOpNumThreads(options.effectiveThreads());
    // Planned memory patterns cost 2 GB on a GPT-2 step and save no time.
    so.setMemoryPatternOptimization(false);
    so.setCPUArenaAllocator(true);
    // Idle threads must not take the cores from the host's part of a program.
    so.addConfigEntry("session.force_spinning_stop", "1");
    String profile = options.extra().get(PROFILE);
    if (profile != null) {
      so.enableProfiling(Path.of(profile, program).toString());
    }
    if (device.isGpu()) {
      addCuda(so, tf32);
    }
    return so;
  }
}
