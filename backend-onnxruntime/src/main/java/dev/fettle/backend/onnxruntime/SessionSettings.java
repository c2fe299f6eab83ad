package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.cuda.GpuSettings;
import java.nio.file.Path;
import java.util.Set;

/** How every session is made. */
final class SessionSettings {
  /** The option that names a directory for the runtime's own profiles, one a session. */
  static final String PROFILE = "profile";

  /** The option that says whether runs may be replayed as graphs of kernels. */
  static final String GRAPHS = "graphs";

  /** The option that says from how many bytes on weights are kept packed for products. */
  static final String PACKED_FROM = "packedFrom";

  /**
   * Weights that do not stay in a processor's cache. A product packs smaller ones anew in no time,
   * while to make a session that has them packed takes as long as a rollout of such a model.
   */
  private static final long WORTH_PACKING = 16L << 20;

  private static final Set<String> NAMES = Set.of(PROFILE, GRAPHS, PACKED_FROM);

  private final Device device;
  private final BackendOptions options;
  private final GpuSettings gpu;
  private final long packedFrom;
  private final boolean graphs;

  /** Fails with {@link IllegalArgumentException} for a setting it does not know. */
  SessionSettings(Device device, BackendOptions options) {
    for (String key : options.extra().keySet()) {
      if (!NAMES.contains(key) && !GpuSettings.NAMES.contains(key)) {
        throw new IllegalArgumentException(
            "the onnxruntime backend has no option '"
                + key
                + "'; it knows: "
                + PROFILE
                + ", "
                + PACKED_FROM
                + ", and for a GPU "
                + GRAPHS
                + ", "
                + String.join(", ", GpuSettings.NAMES));
      }
    }
    String wanted = options.extra().getOrDefault(GRAPHS, "false");
    if (!wanted.equals("true") && !wanted.equals("false")) {
      throw new IllegalArgumentException("setting " + GRAPHS + " is true or false, not " + wanted);
    }
    // A trace of a graph would show one kernel.
    this.graphs = wanted.equals("true") && !options.extra().containsKey(PROFILE);
    this.packedFrom = bytes(options.extra().getOrDefault(PACKED_FROM, "" + WORTH_PACKING));
    this.gpu = GpuSettings.of(options.extra());
    this.device = device;
    this.options = options;
  }

  private static long bytes(String wanted) {
    if (!wanted.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException(
          "setting " + PACKED_FROM + " is a number of bytes, not " + wanted);
    }
    return Long.parseLong(wanted);
  }

  /** From how many bytes on weights are kept packed. */
  long packedFrom() {
    return packedFrom;
  }

  /** Whether runs may be replayed as graphs of kernels. */
  boolean graphs() {
    return graphs;
  }

  /** What holds on a GPU. */
  GpuSettings gpu() {
    return gpu;
  }

  /** What the runtime calls the memory its sessions take intermediate results from. */
  String arena() {
    return (device.isGpu() ? "gpu:" : "cpu:") + device.index();
  }

  private void addCuda(SessionOptions so, SessionMaker.Ways ways, long arena) throws OrtException {
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.index())) {
      // On unless told otherwise, and then not F32.
      cuda.add("use_tf32", ways.tf32() ? "1" : "0");
      // What a run needs is the same each time: no more is wanted than was asked for.
      cuda.add("arena_extend_strategy", "kSameAsRequested");
      cuda.add("enable_cuda_graph", ways.recorded() ? "1" : "0");
      if (arena < Long.MAX_VALUE) {
        cuda.add("gpu_mem_limit", Long.toString(arena));
      }
      so.addCUDA(cuda);
    }
  }

  /**
   * Options for one session; the caller closes them.
   *
   * @param ways how it may run
   * @param arena the most bytes its intermediate results may take on a GPU
   */
  SessionOptions options(String program, SessionMaker.Ways ways, long arena) throws OrtException {
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
      so.addConfigEntry("session.record_ep_graph_assignment_info", "1");
      so.setDeterministicCompute(gpu.deterministic());
      addCuda(so, ways, arena);
    }
    return so;
  }
}
