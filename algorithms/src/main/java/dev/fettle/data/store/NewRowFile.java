package dev.fettle.data.store;

import dev.fettle.data.read.DataException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of rows that grows under a hidden name beside its place, until it is whole. */
final class NewRowFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NewRowFile.class);

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private final List<Path> madeDirectories;
  private boolean committed;

  private NewRowFile(Path target, Path temporary, FileChannel channel, List<Path> made) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
    this.madeDirectories = made;
  }

  /**
   * Begins a file in a directory, which is made where it is not there.
   *
   * @throws DataException where it cannot be written
   */
  static NewRowFile begin(Path directory, String name) {
    Path target = directory.resolve(name);
    Path temporary = directory.resolve("." + name + "." + UUID.randomUUID());
    List<Path> made = new ArrayList<>();
    for (Path d = directory.toAbsolutePath(); d != null && !Files.exists(d); d = d.getParent()) {
      made.add(d);
    }
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new NewRowFile(target, temporary, channel, made);
    } catch (IOException e) {
      deleteEmpty(made);
      throw failed(target, e);
    }
  }

  Path target() {
    return target;
  }

  FileChannel channel() {
    return channel;
  }

  /** Puts it in its place. */
  void commit() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    committed = true;
  }

  DataException failed(IOException e) {
    return failed(target, e);
  }

  private static DataException failed(Path target, IOException e) {
    boolean reasoned = e instanceof FileSystemException f && f.getReason() != null;
    return new DataException(
        target
            + " cannot be written: "
            + (reasoned ? ((FileSystemException) e).getReason() : e.getMessage())
            + "; tokenised rows are kept there: free space, or choose another run.out",
        e);
  }

  /** Removes what was written, and the directories made for it, unless it is in its place. */
  @Override
  public void close() {
    if (committed) {
      return;
    }
    try {
      channel.close();
      Files.deleteIfExists(temporary);
      deleteEmpty(madeDirectories);
    } catch (IOException e) {
      // The error that led here says more.
      LOG.debug("{} is left behind", temporary, e);
    }
  }

  /** The innermost first; one that something else lies in stays. */
  private static void deleteEmpty(List<Path> directories) {
    try {
      for (Path directory : directories) {
        Files.deleteIfExists(directory);
      }
    } catch (DirectoryNotEmptyException e) {
      // Somebody uses it by now.
      LOG.trace("{} is in use", directories, e);
    } catch (IOException e) {
      LOG.debug("{} cannot be removed", directories, e);
    }
  }
}
