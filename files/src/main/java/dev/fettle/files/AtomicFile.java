package dev.fettle.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows under a hidden name beside its place. Only {@link #commit} puts it there, in
 * one step and safe on disk; until then, and if it never comes, what was there stays as it was.
 */
public final class AtomicFile implements AutoCloseable {
  private static final int ATTEMPTS = 1000;

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private boolean committed;

  private AtomicFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /** Writes the content of a file. */
  public interface Content {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Begins a file.
   *
   * @param target where it will be; its directory must be there
   */
  public static AtomicFile begin(Path target) throws IOException {
    Path dir = target.toAbsolutePath().getParent();
    if (dir == null) {
      throw new IOException("not a file name");
    }
    Path temporary = temporaryBeside(target, dir);
    try {
      return new AtomicFile(
          target, temporary, FileChannel.open(temporary, StandardOpenOption.WRITE));
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
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
        if (i >= ATTEMPTS) {
          throw taken;
        }
      }
    }
  }

  /** Creates or replaces a file. */
  public static void write(Path target, Content content) throws IOException {
    try (AtomicFile file = begin(target)) {
      OutputStream out = file.stream();
      content.write(out);
      out.flush();
      file.commit();
    }
  }

  /** Creates or replaces a file with these bytes. */
  public static void write(Path target, byte[] bytes) throws IOException {
    write(target, out -> out.write(bytes));
  }

  /** Creates or replaces a file with this text, in UTF-8. */
  public static void write(Path target, String text) throws IOException {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The file as it grows. */
  public FileChannel channel() {
    return channel;
  }

  /** The same as a buffered stream; flush it before {@link #commit}. */
  public OutputStream stream() {
    return new BufferedOutputStream(Channels.newOutputStream(channel));
  }

  /** Puts the file in its place, replacing what is there. */
  public void commit() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    committed = true;
    Directories.forceParent(target);
  }

  /** Removes what was written, unless it is committed. */
  @Override
  @SuppressWarnings("EmptyCatch") // the error that led here says more
  public void close() {
    if (committed) {
      return;
    }
    try {
      channel.close();
      Files.deleteIfExists(temporary);
    } catch (IOException ignored) {
      // Left behind under a hidden name.
    }
  }
}
