package dev.fettle.spi.cuda;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A card as its driver tells of it. What cannot be told is empty.
 *
 * @param index the N of {@code gpu:N}
 * @param name as in {@code NVIDIA H100 80GB HBM3}
 * @param bytes of memory
 * @param driver its version, as in {@code 580.65.06}
 * @param cuda the newest CUDA the driver can run, as in {@code 13.0}
 */
public record Gpu(
    int index, String name, OptionalLong bytes, Optional<String> driver, Optional<String> cuda) {
  private static final double GIB = 1L << 30;

  Gpu at(int other) {
    return new Gpu(other, name, bytes, driver, cuda);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("gpu:" + index + " " + name);
    bytes.ifPresent(b -> text.append(String.format(Locale.ROOT, ", %.1f GiB", b / GIB)));
    driver.ifPresent(v -> text.append(", driver ").append(v));
    cuda.ifPresent(v -> text.append(", CUDA ").append(v));
    return text.toString();
  }
}
