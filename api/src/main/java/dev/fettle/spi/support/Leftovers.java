package dev.fettle.spi.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What processes that were killed have left in the temporary folder: native libraries that another
 * library unpacks there on each start, and would have deleted at its end.
 */
public final class Leftovers {
  private static final Duration OLD = Duration.ofMinutes(2);

  /** Where the system does not tell which files are in use. */
  private static final Duration VERY_OLD = Duration.ofDays(1);

  private Leftovers() {}

  /**
   * Deletes this user's files and folders of a name that no process uses any more. Never fails:
   * what cannot be deleted stays.
   *
   * @param prefix what their names start with, as {@code onnxruntime-java}
   * @return how many there were
   */
  public static int clear(String prefix) {
    return clear(Path.of(System.getProperty("java.io.tmpdir")), prefix);
  }

  static int clear(Path folder, String prefix) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> candidates =
          files
              .filter(file -> String.valueOf(file.getFileName()).startsWith(prefix))
              .filter(Leftovers::isOfThisUser)
              .filter(Leftovers::isOld)
              .toList();
      List<Path> unused = candidates.isEmpty() ? List.of() : unused(candidates);
      unused.forEach(Leftovers::delete);
      return unused.size();
    } catch (IOException | UncheckedIOException | SecurityException e) {
      return 0;
    }
  }

  private static boolean isOfThisUser(Path file) {
    try {
      return !Files.isSymbolicLink(file)
          && Files.getOwner(file, LinkOption.NOFOLLOW_LINKS)
              .getName()
              .equals(System.getProperty("user.name"));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** A process that has just begun has yet to load what it unpacks. */
  static boolean isOld(Path file) {
    return isOlder(file, OLD);
  }

  private static boolean isOlder(Path file, Duration age) {
    try {
      Instant changed = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
      return changed.plus(age).isBefore(Instant.now());
    } catch (IOException e) {
      return false;
    }
  }

  private static List<Path> unused(List<Path> candidates) {
    Path processes = Path.of("/proc");
    if (!Files.isReadable(processes.resolve("self/maps"))) {
      return candidates.stream().filter(file -> isOlder(file, VERY_OLD)).toList();
    }
    List<Path> unused = new ArrayList<>(candidates);
    try (Stream<Path> all = Files.list(processes)) {
      all.filter(p -> String.valueOf(p.getFileName()).matches("\\d+"))
          .map(p -> p.resolve("maps"))
          .filter(Files::isReadable)
          .forEach(maps -> unused.removeIf(file -> mentions(maps, file)));
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
    return unused;
  }

  /** Whether a process has mapped the file, or one in the folder. */
  private static boolean mentions(Path maps, Path file) {
    try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.contains(file.toString()));
    } catch (IOException | UncheckedIOException e) {
      // It has ended meanwhile, or is another user's, whose files are not among these.
      return false;
    }
  }

  /** Deletes a file or folder as far as that is possible. */
  static void delete(Path path) {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // The next start tries again.
      return;
    }
  }
}
