package dev.fettle.data.store;

import dev.fettle.data.read.DataException;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokenised rows on disk, {@code rows-KEY.bin}, by the key of what they are made of. A file is
 * there whole or not at all. One that is damaged, or holds something else, is passed over and
 * written anew. All may be deleted: they are made again.
 *
 * @param directory made when the first file is written
 */
public record RowCache(Path directory) {
  private static final Logger LOG = LoggerFactory.getLogger(RowCache.class);

  /** Rows to train on and to evaluate on, as they are and as they were before a change. */
  private static final int KEPT = 4;

  /** What has not grown for so long is nobody's. */
  private static final Duration ABANDONED = Duration.ofHours(1);

  /**
   * Rows as they were found.
   *
   * @param <E> the kind of example
   * @param examples read when they are asked for; by many threads, if need be
   * @param notes what was kept with them
   */
  public record Found<E>(List<E> examples, String notes) {}

  /**
   * Looks for rows.
   *
   * @param files the data files, in the order in which they were given to {@link #begin}
   */
  public <E> Optional<Found<E>> find(String key, StoredForm<E> form, List<Path> files) {
    return find(key, form, files, Records.LARGEST_MAP);
  }

  <E> Optional<Found<E>> find(String key, StoredForm<E> form, List<Path> files, long largestMap) {
    Path path = path(key);
    try {
      RowFile file = RowFile.read(path, key);
      Records records = Records.map(path, files, file.ends(), largestMap);
      markUsed(path);
      LOG.info("tokenised rows are read back from {}", path);
      return Optional.of(new Found<>(form.list(records), file.notes()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (ClosedByInterruptException e) {
      throw new CancellationException("interrupted while reading data");
    } catch (IOException e) {
      LOG.warn("{} cannot be used: {}; rows are tokenised again", path, e.getMessage());
      return Optional.empty();
    }
  }

  private Path path(String key) {
    return directory.resolve("rows-" + key + ".bin");
  }

  private static void markUsed(Path path) {
    try {
      Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
    } catch (IOException e) {
      LOG.debug("{} cannot be marked as used", path, e);
    }
  }

  /**
   * Begins a file of rows. A full disk is an error, and the heap no way out of it: the checkpoints
   * of the run would not fit either.
   *
   * @param key by which they are found
   * @param files the data files rows come from
   * @throws DataException where it cannot be written
   */
  public <E> RowFileWriter<E> begin(String key, StoredForm<E> form, List<Path> files) {
    Path path = path(key);
    List<Path> made = new ArrayList<>();
    for (Path d = directory.toAbsolutePath(); d != null && !Files.exists(d); d = d.getParent()) {
      made.add(d);
    }
    try {
      Files.createDirectories(directory);
      return new RowFileWriter<>(this, path, made, new RowFileWriter.Content<>(key, form, files));
    } catch (IOException e) {
      removeEmpty(made);
      throw failed(path, e);
    }
  }

  static DataException failed(Path path, IOException e) {
    return new DataException(
        path
            + " cannot be written: "
            + FileErrors.reason(e)
            + FileErrors.freeSpace(path)
            + "; tokenised rows are kept there: free space, or choose another run.out",
        e);
  }

  /**
   * Removes directories that were made for nothing.
   *
   * @param made the innermost first; one that something else lies in stays
   */
  static void removeEmpty(List<Path> made) {
    try {
      for (Path directory : made) {
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      LOG.debug("{} is in use, or cannot be removed", made, e);
    }
  }

  /**
   * Clears away the files used longest ago, and what processes that are no more left unfinished.
   */
  void tidy() {
    try {
      List<Path> whole = new ArrayList<>(list("rows-*.bin"));
      whole.sort(Comparator.comparing(RowCache::modified).reversed());
      for (Path old : whole.subList(Math.min(KEPT, whole.size()), whole.size())) {
        Files.deleteIfExists(old);
      }
      FileTime limit = FileTime.from(Instant.now().minus(ABANDONED));
      for (Path unfinished : list(".rows-*")) {
        if (modified(unfinished).compareTo(limit) < 0) {
          Files.deleteIfExists(unfinished);
        }
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be tidied", directory, e);
    }
  }

  private List<Path> list(String pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, pattern)) {
      entries.forEach(found::add);
    }
    return found;
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      // Another process was quicker to delete it.
      return FileTime.fromMillis(0);
    }
  }
}
