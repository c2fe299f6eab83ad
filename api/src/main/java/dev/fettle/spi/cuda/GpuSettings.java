package dev.fettle.spi.cuda;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of {@code backend.options} that mean the same to every backend that can use a GPU.
 *
 * @param cudaPath folders with CUDA that the loader is not told of, in the manner of {@code PATH}
 * @param memoryLimit bytes of the card's memory the process may take; empty: all that are free
 * @param deterministic whether the same run must give the same bits, where that costs time
 */
public record GpuSettings(
    Optional<String> cudaPath, OptionalLong memoryLimit, boolean deterministic) {
  private static final String MEMORY = "gpuMemory";
  private static final String DETERMINISTIC = "deterministic";
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s*([MG])iB");

  /** The least that a runtime can work with. */
  private static final long LEAST = 256L << 20;

  /** The names of these settings. */
  public static final List<String> NAMES = List.of(Cuda.SETTING, MEMORY, DETERMINISTIC);

  /** Nothing named, no limit, the same bits. */
  public static final GpuSettings DEFAULT =
      new GpuSettings(Optional.empty(), OptionalLong.empty(), true);

  /**
   * Reads those of these settings that are there; the others are the backend's own.
   *
   * @throws IllegalArgumentException naming a setting that cannot be understood
   */
  public static GpuSettings of(Map<String, String> extra) {
    String memory = extra.get(MEMORY);
    String deterministic = extra.getOrDefault(DETERMINISTIC, "true");
    if (!deterministic.equals("true") && !deterministic.equals("false")) {
      throw new IllegalArgumentException(
          "setting " + DETERMINISTIC + " is true or false, not " + deterministic);
    }
    return new GpuSettings(
        Optional.ofNullable(extra.get(Cuda.SETTING)),
        memory == null ? OptionalLong.empty() : OptionalLong.of(bytes(memory)),
        deterministic.equals("true"));
  }

  private static long bytes(String text) {
    Matcher m = SIZE.matcher(text.strip());
    long bytes = m.matches() ? Long.parseLong(m.group(1)) << (m.group(2).equals("G") ? 30 : 20) : 0;
    if (bytes < LEAST) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "setting %s is an amount such as 20GiB, at least %dMiB, not %s",
              MEMORY,
              LEAST >> 20,
              text));
    }
    return bytes;
  }
}
