package dev.fettle.spi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place to compute.
 *
 * @param kind {@code cpu} or {@code gpu}
 * @param index which one, from 0; always 0 for the CPU
 */
public record Device(String kind, int index) {
  private static final Pattern FORM = Pattern.compile("(cpu|gpu)(?::(\\d{1,3}))?");

  /** The host's processor. */
  public static final Device CPU = new Device("cpu", 0);

  /**
   * Reads {@code cpu}, {@code gpu} or {@code gpu:1}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Device parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches() || (m.group(1).equals("cpu") && m.group(2) != null)) {
      throw new IllegalArgumentException("device '" + text + "' is not cpu, gpu or gpu:N");
    }
    return new Device(m.group(1), m.group(2) == null ? 0 : Integer.parseInt(m.group(2)));
  }

  /** True for a GPU. */
  public boolean isGpu() {
    return kind.equals("gpu");
  }

  @Override
  public String toString() {
    return isGpu() ? "gpu:" + index : "cpu";
  }
}
