package dev.fettle.checkpoint;

import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two runs from writing to one directory. The system releases it when the process ends,
 * however it ends.
 */
final class DirectoryLock implements AutoCloseable {
  private static final String NAME = ".lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws CheckpointException if another run holds it
   * @throws IOException if the directory cannot be written
   */
  static DirectoryLock acquire(Path dir) throws IOException {
    FileChannel channel =
        FileChannel.open(dir.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!taken(channel)) {
      channel.close();
      throw new CheckpointException(
          dir + ": another run is writing here; wait for it, or choose another run.name");
    }
    return new DirectoryLock(channel);
  }

  private static boolean taken(FileChannel channel) {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      // Some network file systems have no locks; going without is better than not training.
      return true;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new CheckpointException(
          "the lock of the checkpoints cannot be released: " + FileErrors.reason(e), e);
    }
  }
}
