package dev.fettle.data.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Sums up all that something is made of: equal keys, equal ingredients in the same order. */
public final class ContentKey {

  private static final int CHUNK = 1 << 18;
  private static final int KEY_BYTES = 16;

  private final MessageDigest digest = sha256();

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** Adds a text. */
  public ContentKey text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    digest.update(bytes);
    return this;
  }

  /** Adds a number. */
  public ContentKey number(long number) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    return this;
  }

  /** Adds bytes, as they lie from the buffer's position to its limit. */
  public ContentKey bytes(ByteBuffer bytes) {
    number(bytes.remaining());
    digest.update(bytes.duplicate());
    return this;
  }

  /** Adds the bytes of a file. */
  public ContentKey file(Path file) throws IOException {
    MessageDigest own = sha256();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        own.update(chunk, 0, n);
      }
    }
    digest.update(own.digest());
    return this;
  }

  /** The key, in 32 hexadecimal digits; asked for once, at the end. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest(), 0, KEY_BYTES);
  }
}
