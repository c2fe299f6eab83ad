package dev.fettle.backend.tensorflow;

import dev.fettle.spi.Device;
import dev.fettle.spi.cuda.GpuSettings;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * How sessions of a backend are made.
 *
 * @param device they compute on
 * @param threads for one operation on the CPU
 * @param gpu limits on a GPU
 */
record SessionConfig(Device device, int threads, GpuSettings gpu) {
  /** Independent operations run side by side on so many threads; more gains nothing measurable. */
  private static final int INTER_OP_THREADS = 2;

  private static final int MIB_BITS = 20;

  /**
   * Grappler and the classic optimizer are off: the lowering writes what it wants run, and the
   * first step takes half the time.
   *
   * @param softly whether what has no kernel on a GPU goes to the CPU
   */
  ConfigProto proto(boolean softly) {
    ConfigProto.Builder config =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(threads)
            .setInterOpParallelismThreads(Math.min(threads, INTER_OP_THREADS))
            .setAllowSoftPlacement(softly)
            .setGraphOptions(
                GraphOptions.newBuilder()
                    .setOptimizerOptions(
                        OptimizerOptions.newBuilder()
                            .setOptLevel(OptimizerOptions.Level.L0)
                            .setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.OFF))
                    .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)));
    if (device.isGpu()) {
      config.setGpuOptions(gpuOptions());
    } else {
      config.putDeviceCount("GPU", 0);
    }
    return config.build();
  }

  /** Memory is taken as it is needed, and at most so much; all sessions of a process share it. */
  private GPUOptions gpuOptions() {
    GPUOptions.Builder options =
        GPUOptions.newBuilder()
            .setAllowGrowth(true)
            .setVisibleDeviceList(Integer.toString(device.index()));
    gpu.memoryLimit()
        .ifPresent(
            bytes ->
                options.setExperimental(
                    GPUOptions.Experimental.newBuilder()
                        .addVirtualDevices(
                            GPUOptions.Experimental.VirtualDevices.newBuilder()
                                .addMemoryLimitMb((float) (bytes >> MIB_BITS)))));
    return options.build();
  }
}
