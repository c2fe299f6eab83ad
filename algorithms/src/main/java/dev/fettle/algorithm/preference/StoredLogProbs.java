package dev.fettle.algorithm.preference;

import dev.fettle.data.read.DataException;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log-probabilities on disk, {@code reference-KEY.bin}, by the key of all they depend on: the
 * values, big-endian F32, and the SHA-256 of key and values. A file that is damaged is passed over
 * and written anew. All may be deleted: they are computed again.
 *
 * @param directory made when the first file is written
 */
record StoredLogProbs(Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(StoredLogProbs.class);
  private static final int SUM = 32;

  /**
   * What was kept.
   *
   * @param count of values
   */
  Optional<float[]> find(String key, int count) {
    Path path = path(key);
    try {
      byte[] bytes = Files.readAllBytes(path);
      if (bytes.length != count * Float.BYTES + SUM) {
        throw new IOException("it has " + bytes.length + " bytes");
      }
      byte[] values = Arrays.copyOf(bytes, count * Float.BYTES);
      if (!Arrays.equals(
          sum(key, values), Arrays.copyOfRange(bytes, values.length, bytes.length))) {
        throw new IOException("it is not as it was written");
      }
      float[] found = new float[count];
      ByteBuffer.wrap(values).asFloatBuffer().get(found);
      LOG.info("the reference's log-probabilities are read back from {}", path);
      return Optional.of(found);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("{} cannot be used: {}; it is made again", path, FileErrors.reason(e));
      return Optional.empty();
    }
  }

  /**
   * Keeps values.
   *
   * @throws DataException where they cannot be written
   */
  void keep(String key, float[] logProbs) {
    ByteBuffer values = ByteBuffer.allocate(logProbs.length * Float.BYTES);
    values.asFloatBuffer().put(logProbs);
    ByteBuffer all = ByteBuffer.allocate(values.capacity() + SUM);
    all.put(values.array()).put(sum(key, values.array()));
    Path path = path(key);
    try {
      Files.createDirectories(directory);
      AtomicFile.write(path, all.array());
    } catch (IOException e) {
      throw new DataException(
          path
              + " cannot be written: "
              + FileErrors.reason(e)
              + FileErrors.freeSpace(path)
              + "; the reference's log-probabilities are kept there: free space, choose another"
              + " run.out, or leave algorithm.precomputeReference out",
          e);
    }
  }

  private Path path(String key) {
    return directory.resolve("reference-" + key + ".bin");
  }

  private static byte[] sum(String key, byte[] values) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(key.getBytes(StandardCharsets.UTF_8));
      return digest.digest(values);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
