package dev.fettle.backend.tensorflow;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.LongByReference;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.cuda.Cuda;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** What holds for every run on one GPU: its precision, the same bits twice, and its memory. */
final class GpuRuns {
  private static final double GIB = 1L << 30;

  private final SessionConfig config;
  private final ProcessSwitches switches;
  private final MemoryProbe memory;

  /** Bytes of a card's memory, by CUDA's own count. */
  interface MemoryProbe {
    /** Free and all bytes; empty where they cannot be told. */
    Optional<Bytes> now();
  }

  /**
   * Memory of a card.
   *
   * @param free what nobody has taken
   * @param all there is
   */
  record Bytes(long free, long all) {}

  GpuRuns(SessionConfig config, ProcessSwitches switches, MemoryProbe memory) {
    this.config = config;
    this.switches = switches;
    this.memory = memory;
  }

  /**
   * Opens a GPU whose libraries are loaded.
   *
   * @throws dev.fettle.spi.DeviceUnavailableException if TensorFlow does not compute there
   */
  static GpuRuns open(SessionConfig config, Cuda cuda) {
    GpuProof.require(config);
    Optional<Path> cudart = cuda.find(NativeLibraries.NEEDS.libraries().get(0));
    return new GpuRuns(
        config, ProcessSwitches.loaded(), () -> cudart.flatMap(file -> count(config, file)));
  }

  private static Optional<Bytes> count(SessionConfig config, Path cudart) {
    try {
      NativeLibrary library = NativeLibrary.getInstance(cudart.toString());
      Function setDevice = library.getFunction("cudaSetDevice");
      Function memGetInfo = library.getFunction("cudaMemGetInfo");
      LongByReference free = new LongByReference();
      LongByReference all = new LongByReference();
      boolean told =
          setDevice.invokeInt(new Object[] {config.device().index()}) == 0
              && memGetInfo.invokeInt(new Object[] {free, all}) == 0;
      return told ? Optional.of(new Bytes(free.getValue(), all.getValue())) : Optional.empty();
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }

  /**
   * Runs something. The switches are the process's: no two runs on a GPU overlap, so that each has
   * its own precision.
   *
   * @param tf32 whether products may be rounded to TensorFloat-32
   */
  <T> T run(boolean tf32, Supplier<T> work) {
    synchronized (GpuRuns.class) {
      switches.tf32(tf32);
      switches.deterministic(config.gpu().deterministic());
      return work.get();
    }
  }

  /** Bytes that may be taken at all: the limit that is set, or the card's. */
  OptionalLong room() {
    OptionalLong limit = config.gpu().memoryLimit();
    Optional<Bytes> now = memory.now();
    if (now.isEmpty()) {
      return limit;
    }
    long all = now.get().all();
    return OptionalLong.of(Math.min(all, limit.orElse(all)));
  }

  /**
   * Requires that so many bytes of state could be on the card, were nothing else there.
   *
   * @throws DeviceFailureException with the bytes needed and there
   */
  void require(String what, long bytes) {
    OptionalLong room = room();
    if (room.isPresent() && bytes > room.getAsLong()) {
      throw new DeviceFailureException(
          String.format(
              Locale.ROOT,
              "%s needs %.2f GiB on %s, where there are %.2f GiB%s. Make the model smaller, or set"
                  + " backend.device: cpu",
              what,
              bytes / GIB,
              config.device(),
              room.getAsLong() / GIB,
              limit()),
          null);
    }
  }

  private String limit() {
    return config.gpu().memoryLimit().isPresent() ? " (setting gpuMemory)" : "";
  }

  /** How full the card is: what was taken once stays taken, so this is the most there was. */
  String taken() {
    return memory
        .now()
        .map(
            b ->
                String.format(
                    Locale.ROOT,
                    "%.2f of %.2f GiB taken on %s at most%s",
                    (b.all() - b.free()) / GIB,
                    b.all() / GIB,
                    config.device(),
                    limit()))
        .orElse("memory taken on " + config.device() + " not known");
  }
}
