package dev.fettle.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Whole directories: written, renamed and deleted so that a crash leaves no half of one. */
public final class Directories {
  private Directories() {}

  /** Fills a directory. */
  public interface Content {
    void write(Path directory) throws IOException;
  }

  /**
   * Creates or replaces a directory: it is filled under a hidden name beside its place, and renamed
   * when it is whole. Missing parents are made.
   *
   * @throws IOException if it cannot be written; what was there is then there still
   */
  public static void write(Path target, Content content) throws IOException {
    Path unfinished = hidden(target, ".tmp");
    Path replaced = hidden(target, ".old");
    try {
      if (Files.exists(replaced) && !Files.exists(target)) {
        // An earlier call was stopped between its two renames.
        rename(replaced, target);
      }
      delete(replaced);
      delete(unfinished);
      Files.createDirectories(unfinished);
      content.write(unfinished);
      force(unfinished);
      publish(unfinished, target, replaced);
      deleteQuietly(replaced);
    } finally {
      deleteQuietly(unfinished);
    }
  }

  private static Path hidden(Path target, String ending) {
    return target.resolveSibling("." + target.getFileName() + ending);
  }

  /**
   * Puts a finished directory in its place.
   *
   * @param replaced where one that is there already goes; deleting it is left to the caller
   */
  public static void publish(Path finished, Path place, Path replaced) throws IOException {
    if (!Files.exists(place)) {
      rename(finished, place);
      return;
    }
    rename(place, replaced);
    try {
      rename(finished, place);
    } catch (IOException e) {
      rename(replaced, place);
      throw e;
    }
  }

  /** Renames within a directory; a reader sees the old name or the new, never neither for long. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    forceParent(to);
  }

  static void forceParent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      force(parent);
    }
  }

  /** So that a rename survives a power cut; not every system can open a directory. */
  @SuppressWarnings("EmptyCatch")
  public static void force(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      // The files themselves were forced.
    }
  }

  /** Deletes a directory and all in it; none there is fine. */
  public static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The same on the way out of something that failed, or of something temporary. */
  @SuppressWarnings("EmptyCatch")
  public static void deleteQuietly(Path root) {
    try {
      delete(root);
    } catch (IOException ignored) {
      // Hidden or temporary; what led here says more.
    }
  }
}
