package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendOptions;
import java.util.Map;

/**
 * What can be set for this backend alone.
 *
 * @param xlaElements composites over at least so many elements are compiled by XLA into one loop;
 *     below, compiling (50 to 120 ms for each shape) takes longer than a short run gains
 */
record TensorFlowSettings(long xlaElements) {
  private static final String XLA_ELEMENTS = "xlaElements";
  private static final long WORTHWHILE = 1L << 19;

  /**
   * Reads {@link BackendOptions#extra}.
   *
   * @throws IllegalArgumentException naming a setting that is unknown or not a number
   */
  static TensorFlowSettings of(BackendOptions options) {
    long xlaElements = WORTHWHILE;
    for (Map.Entry<String, String> e : options.extra().entrySet()) {
      if (!e.getKey().equals(XLA_ELEMENTS)) {
        throw new IllegalArgumentException(
            "the tensorflow backend has no setting " + e.getKey() + "; it knows " + XLA_ELEMENTS);
      }
      try {
        xlaElements = Long.parseLong(e.getValue());
      } catch (NumberFormatException cause) {
        throw new IllegalArgumentException(
            "setting " + XLA_ELEMENTS + " is a number of elements, not " + e.getValue(), cause);
      }
    }
    return new TensorFlowSettings(xlaElements);
  }
}
