package dev.fettle.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that are read whole, but not however large they are. */
public final class SmallFile {
  private SmallFile() {}

  /**
   * A file's bytes.
   *
   * @param largest how many there may be
   * @throws FileSystemException with a reason, where there are more
   */
  public static byte[] bytes(Path file, int largest) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "it is a directory");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(largest + 1);
      if (bytes.length > largest) {
        throw new FileSystemException(
            file.toString(),
            null,
            "it is larger than the " + (largest >> 20) + " MiB such a file may have");
      }
      return bytes;
    }
  }

  /**
   * A file's text, which must be UTF-8.
   *
   * @param largest how many bytes there may be
   * @throws FileSystemException with a reason, where there are more
   * @throws java.nio.charset.CharacterCodingException where it is not UTF-8
   */
  public static String text(Path file, int largest) throws IOException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(bytes(file, largest)))
        .toString();
  }
}
