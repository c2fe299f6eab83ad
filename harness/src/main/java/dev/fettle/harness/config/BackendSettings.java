package dev.fettle.harness.config;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import java.util.Map;
import java.util.Optional;

/**
 * Section {@code backend}: what computes.
 *
 * @param id as in {@code onnxruntime}; by default the first, by name, that can run here
 * @param device as in {@code cpu} or {@code gpu:0}
 * @param threads threads for one operation; 0 takes one a core
 * @param options settings only that backend knows
 */
public record BackendSettings(
    Optional<String> id, Device device, int threads, Map<String, String> options) {

  /** Whatever backend there is, on the CPU, one thread a core. */
  public static final BackendSettings DEFAULT =
      new BackendSettings(Optional.empty(), Device.CPU, 0, Map.of());

  private static final int MOST_THREADS = 1024;

  /** Its keys. */
  public static final Keys<BackendSettings> KEYS =
      Keys.of(
          BackendSettings.class,
          Key.text("id", "`tensorflow`, `onnxruntime`, `reference`, or another on the class path")
              .optional("the first, by name, that can run here"),
          Key.text("device", "where")
              .as(Device.class, Device::parse, Device::toString, "cpu, gpu or gpu:1")
              .otherwise(DEFAULT.device()),
          Key.size(
                  "threads",
                  Range.atLeast(0).atMost(MOST_THREADS),
                  "threads for one operation, and for reading rows; 0: one a core")
              .otherwise(DEFAULT.threads())
              .also("dataset_num_proc", "dataloader_num_workers"),
          Key.texts(
                  "options",
                  "settings only that backend knows. Both native ones: `profile`, a directory for"
                      + " traces of runs, node by node, that `about:tracing` shows. `tensorflow`:"
                      + " `xlaElements`, from how many elements on elementwise groups are compiled"
                      + " by XLA (default 524288). `onnxruntime`: `packedFrom`, from how many bytes"
                      + " on a model's weights are kept packed while it generates (default"
                      + " 16777216). On a GPU: `cudaPath`, folders with CUDA that the"
                      + " loader is not told of; `gpuMemory`, how much of the card to take at most,"
                      + " as in `20GiB`; `deterministic`, `false` where the same run need not give"
                      + " the same bits")
              .must(
                  all -> all.values().stream().noneMatch(text -> text.indexOf(0) >= 0),
                  "hold texts without NUL")
              .otherwise(DEFAULT.options()));

  /** Copies the map. */
  public BackendSettings {
    options = Map.copyOf(options);
  }

  /** The default settings of one backend. */
  public static BackendSettings of(String id) {
    return new BackendSettings(Optional.of(id), Device.CPU, 0, Map.of());
  }

  /** What the backend is opened with. */
  public BackendOptions toOptions() {
    return new BackendOptions(threads, options);
  }
}
