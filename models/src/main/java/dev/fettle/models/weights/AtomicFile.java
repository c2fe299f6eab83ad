package dev.fettle.models.weights;

import dev.fettle.models.config.ModelFileException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file whole or not at all: to a temporary name beside it, forced to disk, then renamed.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content of a small file. */
  public interface Content {
    void write(OutputStream out) throws IOException;
  }

  /** Writes the content of a large file. */
  interface ChannelContent {
    void write(FileChannel channel) throws IOException;
  }

  public static void write(Path target, Content content) {
    writeChannel(
        target,
        channel -> {
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
          content.write(out);
          out.flush();
        });
  }

  /**
   * Creates or replaces a file; missing parent directories are created.
   *
   * @throws ModelFileException if it cannot be written, as when the disk is full; the target is
   *     then as it was before, and no temporary file is left
   */
  static void writeChannel(Path target, ChannelContent content) {
    Path dir = target.toAbsolutePath().getParent();
    Path temporary = null;
    try {
      if (dir == null) {
        throw new IOException("not a file name");
      }
      Files.createDirectories(dir);
      temporary = temporaryBeside(target, dir);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        content.write(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      temporary = null;
      forceDirectory(dir);
    } catch (IOException e) {
      throw new ModelFileException(target, "cannot be written: " + reason(e, dir), e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** Not Files.createTempFile: its files are readable by their owner alone. */
  private static Path temporaryBeside(Path target, Path dir) throws IOException {
    for (int i = 0; ; i++) {
      Path candidate =
          dir.resolve("." + target.getFileName() + "." + ProcessHandle.current().pid() + "-" + i);
      try {
        return Files.createFile(candidate);
      } catch (FileAlreadyExistsException taken) {
        if (i >= 1000) {
          throw taken;
        }
      }
    }
  }

  private static String reason(IOException e, @Nullable Path dir) {
    String what = e.getMessage() == null ? e.toString() : e.getMessage();
    String free = "";
    try {
      if (dir != null && Files.exists(dir)) {
        free = "; " + (Files.getFileStore(dir).getUsableSpace() >> 20) + " MiB are free there";
      }
    } catch (IOException unknown) {
      free = "";
    }
    return what + free + "; nothing was changed: free space or choose another directory";
  }

  /** So that the rename survives a power cut; not every system can open a directory. */
  @SuppressWarnings("EmptyCatch")
  private static void forceDirectory(Path dir) {
    try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      // The file itself is safe either way.
    }
  }

  @SuppressWarnings("EmptyCatch") // the error that led here says more
  private static void deleteQuietly(@Nullable Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException ignored) {
        // Left behind under a hidden name.
      }
    }
  }
}
