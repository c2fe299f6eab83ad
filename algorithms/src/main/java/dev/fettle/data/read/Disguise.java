package dev.fettle.data.read;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a file named as JSON may be in truth, by its first bytes. */
enum Disguise {
  GZIP("is gzip; let its name end in .gz", 0x1f, 0x8b),
  PARQUET("is a Parquet file; let its name end in .parquet", 'P', 'A', 'R', '1'),
  ZSTD("is compressed by zstd, which is not read; decompress it", 0x28, 0xb5, 0x2f, 0xfd),
  XZ("is compressed by xz, which is not read; decompress it", 0xfd, '7', 'z', 'X'),
  BZIP2("is compressed by bzip2, which is not read; decompress it", 'B', 'Z', 'h'),
  ZIP("is a zip archive, which is not read; unpack it", 'P', 'K', 3, 4),
  ARROW(
      "is an Arrow file, which is not read; write the rows as .jsonl or .parquet",
      'A',
      'R',
      'R',
      'O'),
  UTF_16_LE("is UTF-16, not UTF-8; save the file as UTF-8", 0xff, 0xfe),
  UTF_16_BE("is UTF-16, not UTF-8; save the file as UTF-8", 0xfe, 0xff);

  /** Bytes that show each. */
  static final int LONGEST = 4;

  private final String advice;
  private final String head;

  Disguise(String advice, int... head) {
    this.advice = advice;
    StringBuilder bytes = new StringBuilder();
    for (int b : head) {
      bytes.append((char) b);
    }
    this.head = bytes.toString();
  }

  static Optional<Disguise> of(byte[] first) {
    for (Disguise d : values()) {
      if (d.begins(first)) {
        return Optional.of(d);
      }
    }
    return Optional.empty();
  }

  private boolean begins(byte[] first) {
    return new String(first, StandardCharsets.ISO_8859_1).startsWith(head);
  }

  @Override
  public String toString() {
    return advice;
  }
}
