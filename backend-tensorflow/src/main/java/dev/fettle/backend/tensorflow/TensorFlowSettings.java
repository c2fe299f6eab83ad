package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.cuda.GpuSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What can be set for this backend alone.
 *
 * @param xlaElements composites over at least so many elements are compiled by XLA into one loop;
 *     below, compiling (50 to 120 ms for each shape) takes longer than a short run gains
 * @param profile where each program's last run is written as a trace; none: nothing is traced
 * @param gpu what holds on a GPU
 */
record TensorFlowSettings(long xlaElements, Optional<Path> profile, GpuSettings gpu) {
  private static final String XLA_ELEMENTS = "xlaElements";
  private static final String PROFILE = "profile";
  private static final long WORTHWHILE = 1L << 19;

  /** For tests of what is compiled. */
  TensorFlowSettings(long xlaElements, Optional<Path> profile) {
    this(xlaElements, profile, GpuSettings.DEFAULT);
  }

  /**
   * Reads {@link BackendOptions#extra}.
   *
   * @throws IllegalArgumentException naming a setting that is unknown or not understood
   */
  static TensorFlowSettings of(BackendOptions options) {
    long xlaElements = WORTHWHILE;
    Optional<Path> profile = Optional.empty();
    for (Map.Entry<String, String> e : options.extra().entrySet()) {
      switch (e.getKey()) {
        case XLA_ELEMENTS -> xlaElements = number(e.getValue());
        case PROFILE -> profile = Optional.of(Path.of(e.getValue()));
        default -> known(e.getKey());
      }
    }
    return new TensorFlowSettings(xlaElements, profile, GpuSettings.of(options.extra()));
  }

  private static void known(String name) {
    if (!GpuSettings.NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "the tensorflow backend has no setting "
              + name
              + "; it knows "
              + XLA_ELEMENTS
              + ", "
              + PROFILE
              + ", and for a GPU "
              + String.join(", ", GpuSettings.NAMES));
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException cause) {
      throw new IllegalArgumentException(
          "setting " + XLA_ELEMENTS + " is a number of elements, not " + text, cause);
    }
  }
}
