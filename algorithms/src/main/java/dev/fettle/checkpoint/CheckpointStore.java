package dev.fettle.checkpoint;

import dev.fettle.files.AtomicFile;
import dev.fettle.files.Directories;
import dev.fettle.files.FileErrors;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.weights.SafetensorsWriter;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one run, in a directory of their own.
 *
 * <p>A checkpoint is written beside its place under a temporary name, forced to disk, and renamed:
 * whenever the process or the machine stops, what is named {@code step-NNNNNN} is whole. Older ones
 * are deleted only after a newer one is in place. One store writes to a directory at a time; others
 * may read.
 */
public final class CheckpointStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final Pattern NAME = Pattern.compile("(?:\\.old-)?step-(\\d{6,18})");

  /** A checkpoint being written. */
  private static final String UNFINISHED = ".tmp-";

  /** A checkpoint making room for another of its step. */
  private static final String REPLACED = ".old-";

  /** A checkpoint being deleted. */
  private static final String DELETED = ".del-";

  private final Path dir;
  private final int keep;
  private DirectoryLock lock;
  private boolean closed;

  private CheckpointStore(Path dir, int keep, DirectoryLock lock) {
    this.dir = dir;
    this.keep = keep;
    this.lock = lock;
  }

  /**
   * Opens a directory for writing; makes it if needed, and removes what a killed run left half
   * done.
   *
   * @param dir the run's {@code checkpoints} directory
   * @param keep how many checkpoints to keep; 0 keeps all
   * @throws CheckpointException if the directory cannot be written, or another run is writing there
   */
  public static CheckpointStore open(Path dir, int keep) {
    if (keep < 0) {
      throw new IllegalArgumentException("keep must be 0 (all) or more, got " + keep);
    }
    try {
      Files.createDirectories(dir);
      CheckpointStore store = new CheckpointStore(dir, keep, DirectoryLock.acquire(dir));
      store.recover();
      return store;
    } catch (IOException e) {
      throw new CheckpointException(
          dir
              + ": checkpoints cannot be written here: "
              + FileErrors.reason(e)
              + "; check the permissions or choose another run.out",
          e);
    }
  }

  /** Undoes what was half done: a checkpoint that made room for one that never came is put back. */
  private void recover() throws IOException {
    for (Path left : entries(dir, "\\.(tmp|old|del)-step-\\d+")) {
      String name = left.getFileName().toString();
      Path place = dir.resolve(name.substring(UNFINISHED.length()));
      if (name.startsWith(REPLACED) && !Files.exists(place)) {
        Directories.rename(left, place);
      } else {
        Directories.delete(left);
      }
    }
  }

  /**
   * Writes a checkpoint, then deletes the oldest beyond those to keep. One of the same step is
   * replaced.
   *
   * @return its directory
   * @throws CheckpointException if it cannot be written; those before are as they were, and nothing
   *     half written is left
   */
  public Path write(CheckpointContent content) {
    return write(content, OptionalLong.empty());
  }

  /**
   * The same, keeping one checkpoint beside the newest.
   *
   * @param alsoKept its step
   */
  public Path write(CheckpointContent content, OptionalLong alsoKept) {
    if (closed) {
      throw new IllegalStateException(dir + " is closed, and may be another run's; open it again");
    }
    Path place = place(content.trainer().step());
    Path unfinished = dir.resolve(UNFINISHED + place.getFileName());
    try {
      requireDirectory();
      requireSpace(content.bytes());
      fill(unfinished, content);
      Path replaced = dir.resolve(REPLACED + place.getFileName());
      Directories.publish(unfinished, place, replaced);
      deleteQuietly(replaced);
    } catch (IOException e) {
      throw cannotWrite(place, content.bytes(), e);
    } catch (ModelFileException | TokenizerException e) {
      throw cannotWrite(
          place, content.bytes(), e.getCause() instanceof IOException io ? io : new IOException(e));
    } finally {
      deleteQuietly(unfinished);
    }
    prune(alsoKept);
    return place;
  }

  /** Someone may have deleted it since the run began. */
  private void requireDirectory() throws IOException {
    if (!Files.isDirectory(dir)) {
      LOG.warn("{} is gone since the run began; made again", dir);
      Files.createDirectories(dir);
      lock.close();
      lock = DirectoryLock.acquire(dir);
    }
  }

  private void requireSpace(long bytes) throws IOException {
    long free = Files.getFileStore(dir).getUsableSpace();
    // Some file systems do not know and say 0; then writing shows it.
    if (free > 0 && free < bytes) {
      throw new IOException("not enough space");
    }
  }

  private CheckpointException cannotWrite(Path place, long bytes, IOException e) {
    String free;
    try {
      free = Files.getFileStore(dir).getUsableSpace() + " bytes are free";
    } catch (IOException unknown) {
      free = "how much is free is not known";
    }
    return new CheckpointException(
        place
            + ": the checkpoint cannot be written: "
            + FileErrors.reason(e)
            + ". It needs "
            + bytes
            + " bytes; "
            + free
            + ". "
            + earlier()
            + ": free space, check the permissions or choose another run.out, then resume the run",
        e);
  }

  private String earlier() {
    try {
      return list(dir).isEmpty()
          ? "There is no earlier checkpoint"
          : "Earlier checkpoints are untouched";
    } catch (CheckpointException e) {
      return "Whether there are earlier checkpoints cannot be read";
    }
  }

  private static void fill(Path to, CheckpointContent content) throws IOException {
    Directories.delete(to);
    Files.createDirectory(to);
    content.model().rest().write(to);
    tensors(to.resolve(content.model().file()), content.model().weights());
    tensors(to.resolve(Manifest.OPTIMIZER), content.optimizer());
    AtomicFile.write(to.resolve(Manifest.TRAINER), Manifest.json(content.trainer()));
    AtomicFile.write(to.resolve(Manifest.PROVENANCE), Manifest.json(content.provenance()));
    Manifest manifest = Manifest.of(to, content.trainer().step(), content.model().file());
    AtomicFile.write(to.resolve(Manifest.NAME), Manifest.json(manifest));
    Directories.force(to);
  }

  /** The writer forces the file to disk itself. */
  private static void tensors(Path file, CheckpointTensors tensors) {
    List<TensorEntry> entries =
        tensors.slots().stream()
            .map(
                s ->
                    TensorEntry.of(
                        s.name(),
                        s.type(),
                        () -> tensors.download(s.name()),
                        piece -> tensors.download(s.name(), piece)))
            .toList();
    SafetensorsWriter.write(file, entries);
  }

  /** Only whole checkpoints count as kept; a directory that cannot be deleted does no harm. */
  private void prune(OptionalLong alsoKept) {
    List<Path> newestFirst = new ArrayList<>(list(dir));
    Collections.reverse(newestFirst);
    int whole = 0;
    for (Path checkpoint : newestFirst) {
      if (keep == 0 || whole < keep) {
        whole += looksWhole(checkpoint) ? 1 : 0;
      } else if (alsoKept.isEmpty() || alsoKept.getAsLong() != stepOf(checkpoint)) {
        delete(checkpoint);
      }
    }
  }

  private static boolean looksWhole(Path checkpoint) {
    try {
      Manifest.read(checkpoint).checkSizes(checkpoint);
      return true;
    } catch (CheckpointException e) {
      return false;
    }
  }

  /** Renamed first: a checkpoint deleted in part must not look like one. */
  private void delete(Path checkpoint) {
    Path deleted = dir.resolve(DELETED + checkpoint.getFileName());
    try {
      Directories.delete(deleted);
      Directories.rename(checkpoint, deleted);
      Directories.delete(deleted);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted: {}", checkpoint, FileErrors.reason(e));
    }
  }

  private static void deleteQuietly(Path tree) {
    try {
      Directories.delete(tree);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted: {}", tree, FileErrors.reason(e));
    }
  }

  /**
   * The newest checkpoint that is whole and undamaged; a damaged one is passed over with a warning
   * that names the file.
   *
   * @return empty if there are no checkpoints
   * @throws CheckpointException if there are, but none can be read
   */
  public Optional<Checkpoint> newest() {
    return newest(dir);
  }

  /** The same for any directory of checkpoints; nothing is changed there. */
  public static Optional<Checkpoint> newest(Path dir) {
    List<Path> newestFirst = new ArrayList<>(list(dir));
    Collections.reverse(newestFirst);
    List<String> problems = new ArrayList<>();
    for (Path path : newestFirst) {
      try {
        Checkpoint found = Checkpoint.open(path);
        if (found.step() != stepOf(path)) {
          throw new CheckpointException(path + " holds step " + found.step());
        }
        return Optional.of(found);
      } catch (CheckpointException e) {
        LOG.warn("checkpoint passed over: {}", e.getMessage());
        problems.add(e.getMessage());
      }
    }
    if (problems.isEmpty()) {
      return Optional.empty();
    }
    throw new CheckpointException(
        dir
            + ": none of "
            + problems.size()
            + " checkpoints can be read; start a new run, or restore one from a backup:\n  "
            + String.join("\n  ", problems));
  }

  /**
   * The checkpoint of a step.
   *
   * @throws CheckpointException if it is missing or damaged
   */
  public Checkpoint at(long step) {
    return Checkpoint.open(place(step));
  }

  private Path place(long step) {
    return dir.resolve(String.format(Locale.ROOT, "step-%06d", step));
  }

  /**
   * The directories of the checkpoints in {@code dir}, oldest first, readable or not. One that was
   * making room when its run was killed counts, where nothing came in its place.
   */
  public static List<Path> list(Path dir) {
    if (!Files.isDirectory(dir)) {
      return List.of();
    }
    try {
      return entries(dir, NAME.pattern()).stream()
          .filter(p -> !Files.exists(placeOfReplaced(p)))
          .sorted((a, b) -> Long.compare(stepOf(a), stepOf(b)))
          .toList();
    } catch (IOException e) {
      throw new CheckpointException(dir + ": cannot be listed: " + FileErrors.reason(e), e);
    }
  }

  /**
   * Puts aside the checkpoints of later steps, when a run goes on from an earlier one: they belong
   * to a course it no longer follows, and must not be taken for its newest. They are renamed, not
   * deleted.
   */
  public void setAsideAfter(long step) {
    for (Path path : list(dir)) {
      if (stepOf(path) > step) {
        try {
          Path aside = dir.resolve("abandoned-" + path.getFileName());
          Directories.delete(aside);
          Directories.rename(path, aside);
        } catch (IOException e) {
          throw new CheckpointException(path + ": cannot be put aside: " + FileErrors.reason(e), e);
        }
      }
    }
  }

  private static List<Path> entries(Path dir, String pattern) throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return all.filter(p -> p.getFileName().toString().matches(pattern)).toList();
    }
  }

  /** Where a replaced checkpoint stood; for any other, a place where nothing is. */
  private static Path placeOfReplaced(Path path) {
    String name = path.getFileName().toString();
    return path.resolveSibling(
        name.startsWith(REPLACED) ? name.substring(REPLACED.length()) : REPLACED + name + ".none");
  }

  /**
   * The step a checkpoint's name says.
   *
   * @throws IllegalArgumentException if it is no checkpoint's name
   */
  public static long stepOf(Path path) {
    Matcher m = NAME.matcher(path.getFileName().toString());
    if (!m.matches()) {
      throw new IllegalArgumentException(path + " is not a checkpoint's name");
    }
    return Long.parseLong(m.group(1));
  }

  /** Lets another run write here. */
  @Override
  public void close() {
    closed = true;
    lock.close();
  }
}
