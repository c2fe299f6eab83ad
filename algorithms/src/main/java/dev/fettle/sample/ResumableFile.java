package dev.fettle.sample;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of JSON objects, one a line, to which groups of lines are appended. A later call goes on
 * with it, wherever the one before was broken off: whole groups stay, the rest is cut away. What
 * the lines follow from stands beside it, in {@code FILE.origin.json}; a file of another origin is
 * refused. One process writes to it at a time.
 */
public final class ResumableFile implements AutoCloseable {
  /** What a file's origin is called, behind the name of the file. */
  public static final String ORIGIN = ".origin.json";

  private final Path file;
  private final FileChannel channel;
  private long groups;
  private long bytes;

  private ResumableFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Looks at the lines that are there. */
  @FunctionalInterface
  public interface Lines {

    /**
     * The next line.
     *
     * @param row what it holds
     * @return whether it is the last of its group
     * @throws IllegalArgumentException if it is not what should stand there; the message says why
     */
    boolean next(ObjectNode row);
  }

  /**
   * Begins a file, or goes on with it.
   *
   * @param origin what its lines follow from
   * @param lines told of each line that is there, in order
   * @throws DataException if it cannot be written, is written by another process, is of another
   *     origin, or holds what is none of its lines; the message says what to do
   */
  public static ResumableFile open(Path file, Origin origin, Lines lines) {
    if (Files.isDirectory(file)) {
      throw new DataException(file + " is a directory; name a file");
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null && !Files.isDirectory(directory)) {
      throw new DataException(
          file + " cannot be written: there is no directory " + directory + "; make it first");
    }
    boolean begun;
    try {
      begun = Files.exists(file) && Files.size(file) > 0;
    } catch (IOException e) {
      throw failed(file, e);
    }
    if (begun) {
      requireOrigin(file, origin);
    }
    FileChannel channel = locked(file);
    try {
      if (!begun) {
        write(originOf(file), origin);
      }
      ResumableFile open = new ResumableFile(file, channel);
      open.goOn(lines);
      return open;
    } catch (IOException e) {
      closeQuietly(channel);
      throw failed(file, e);
    } catch (RuntimeException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static FileChannel locked(Path file) {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw failed(file, e);
    }
    boolean taken;
    try {
      @Nullable FileLock lock = channel.tryLock();
      taken = lock == null;
    } catch (OverlappingFileLockException e) {
      taken = true;
    } catch (IOException e) {
      // Some network file systems have no locks; going without is better than not writing.
      taken = false;
    }
    if (taken) {
      closeQuietly(channel);
      throw new DataException(
          file + " is being written by another process; wait for it, or name another file");
    }
    return channel;
  }

  @SuppressWarnings("EmptyCatch") // the error that led here says more
  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException ignored) {
      // Nothing was written.
    }
  }

  private static Path originOf(Path file) {
    return file.resolveSibling(file.getFileName() + ORIGIN);
  }

  private static void write(Path to, Origin origin) throws IOException {
    ObjectNode parts = JsonNodeFactory.instance.objectNode();
    origin.parts().forEach(parts::put);
    AtomicFile.write(
        to, DataFiles.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(parts) + "\n");
  }

  private static void requireOrigin(Path file, Origin now) {
    Path beside = originOf(file);
    if (!Files.exists(beside)) {
      throw new DataException(
          file
              + " is there already, and no "
              + beside.getFileName()
              + " beside it says what it was made of; name another file, or delete it");
    }
    List<String> differences = read(beside).differencesTo(now);
    if (!differences.isEmpty()) {
      throw new DataException(
          file
              + " was begun otherwise: "
              + String.join(", ", differences)
              + "; go on with what it was begun with, name another file, or delete it");
    }
  }

  private static Origin read(Path beside) {
    String reason = "it is no JSON object of texts";
    try {
      JsonNode parts = DataFiles.JSON.readTree(Files.readString(beside));
      if (parts.isObject()) {
        Map<String, String> all = new LinkedHashMap<>();
        parts.properties().forEach(e -> all.put(e.getKey(), e.getValue().asText()));
        return new Origin(all);
      }
    } catch (JsonProcessingException e) {
      reason = DataFiles.fault(e);
    } catch (IOException e) {
      reason = FileErrors.reason(e);
    }
    throw new DataException(
        beside
            + " cannot be read ("
            + reason
            + "), and it says what the file beside it was made of; delete both, or name another"
            + " file");
  }

  /** Finds the end of the last whole group, and cuts off what is behind it. */
  private void goOn(Lines lines) throws IOException {
    long line = 0;
    long at = 0;
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(0)));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      at++;
      if (b != '\n') {
        text.write(b);
        continue;
      }
      line++;
      if (isLast(text.toByteArray(), line, lines)) {
        groups++;
        bytes = at;
      }
      text.reset();
    }
    channel.truncate(bytes);
    channel.position(bytes);
  }

  private boolean isLast(byte[] text, long line, Lines lines) {
    String reason;
    try {
      if (DataFiles.JSON.readTree(text) instanceof ObjectNode row) {
        return lines.next(row);
      }
      reason = "it is no JSON object";
    } catch (IllegalArgumentException e) {
      reason = String.valueOf(e.getMessage());
    } catch (JsonProcessingException e) {
      reason = DataFiles.fault(e);
    } catch (IOException e) {
      reason = FileErrors.reason(e);
    }
    throw new DataException(
        file
            + ":"
            + line
            + " is not the line that was written there ("
            + reason
            + "); name another file, or delete it");
  }

  /** Whole groups that are there. */
  public long groups() {
    return groups;
  }

  /**
   * Appends a group.
   *
   * @throws DataException if it cannot be written, as when the disk is full; what was there stays
   */
  public void add(List<ObjectNode> group) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    try {
      for (ObjectNode row : group) {
        lines.write(DataFiles.JSON.writeValueAsBytes(row));
        lines.write('\n');
      }
      ByteBuffer all = ByteBuffer.wrap(lines.toByteArray());
      while (all.hasRemaining()) {
        channel.write(all);
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
    groups++;
    bytes += lines.size();
  }

  /** Makes what was appended safe on the disk. */
  public void force() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static DataException failed(Path file, IOException e) {
    return new DataException(
        file
            + " cannot be written: "
            + FileErrors.reason(e)
            + FileErrors.freeSpace(file)
            + "; choose another file, or make room and call again to go on",
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }
}
