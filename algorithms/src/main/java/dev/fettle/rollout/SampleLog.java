package dev.fettle.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The samples of a round while they are drawn, written a batch at a time. What a killed process
 * left is gone on with where it was drawn from the same, up to its last whole batch: within a batch
 * the answers may depend on each other's company by a rounding.
 */
final class SampleLog implements AutoCloseable {
  private final Path file;
  private final FileChannel out;
  private final long found;

  private SampleLog(Path file, FileChannel out, long found) {
    this.file = file;
    this.out = out;
    this.found = found;
  }

  /**
   * Begins the samples of a round, or goes on with them.
   *
   * @param origin what they are drawn from
   * @param batch answers of a batch
   * @param total answers of the round
   * @throws DataException where they cannot be written
   */
  static SampleLog open(RoundFiles files, ObjectNode origin, int batch, long total) {
    try {
      Files.createDirectories(files.directory());
      String text = origin.toPrettyString() + "\n";
      if (!same(files.origin(), text)) {
        // In this order: a new origin never stands beside old samples.
        for (Path old : List.of(files.summary(), files.kept(), files.pairs(), files.samples())) {
          Files.deleteIfExists(old);
        }
        AtomicFile.write(files.origin(), text);
      }
      FileChannel out =
          FileChannel.open(files.samples(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return new SampleLog(files.samples(), out, cut(files.samples(), out, batch, total));
    } catch (IOException e) {
      throw unwritable(files.samples(), e);
    }
  }

  private static boolean same(Path origin, String text) throws IOException {
    return Files.exists(origin)
        && new String(Files.readAllBytes(origin), StandardCharsets.UTF_8).equals(text);
  }

  /** Leaves the whole batches, and says how many answers they are. */
  private static long cut(Path file, FileChannel out, int batch, long total) throws IOException {
    long lines = 0;
    long at = 0;
    long whole = 0;
    long end = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      for (int b = in.read(); b >= 0 && whole < total; b = in.read()) {
        at++;
        if (b == '\n' && (++lines % batch == 0 || lines == total)) {
          whole = lines;
          end = at;
        }
      }
    }
    out.truncate(end);
    out.position(end);
    return whole;
  }

  /** Answers that were there already, in whole batches. */
  long found() {
    return found;
  }

  /** Adds a batch, and has it on the disk. */
  void add(List<ObjectNode> rows) {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(row).append('\n'));
    ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(false);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** What is told of a file of a round that cannot be written. */
  static DataException unwritable(Path file, IOException e) {
    return new DataException(
        file + " cannot be written: " + FileErrors.reason(e) + "; make room, then resume the run",
        e);
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }
}
