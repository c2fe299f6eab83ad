package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.feedback.Pacing;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import dev.fettle.sample.Origin;
import dev.fettle.sample.ResumableFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * Goes through rows with a judge or a writer, into a directory: {@code log.jsonl} has every
 * verdict, critique and revision, a few rows at a time, and a later call goes on with it wherever
 * one was broken off. When all rows are done, {@code pairs.jsonl} is written from it, and {@code
 * sft.jsonl} or {@code undecided.jsonl} where they are wanted: they appear whole or not at all.
 *
 * @param rows that are gone through
 * @param work what is done with them
 * @param directory where files are written; made where it is not there
 */
public record FeedbackJob(FeedbackRows rows, RowWork work, Path directory) {
  private static final String LOG = "log.jsonl";

  /** The log of a directory. */
  public static Path log(Path directory) {
    return directory.resolve(LOG);
  }

  /** The rows of preferences. */
  public static Path pairs(Path directory) {
    return directory.resolve("pairs.jsonl");
  }

  /** The rows to be fine-tuned on. */
  public static Path completions(Path directory) {
    return directory.resolve("sft.jsonl");
  }

  /** The pairs without a better answer. */
  public static Path undecided(Path directory) {
    return directory.resolve("undecided.jsonl");
  }

  /**
   * Does what is left to do.
   *
   * @throws DataException where a row is broken, before anything is asked; or a file cannot be
   *     written or is another job's
   * @throws dev.fettle.feedback.FeedbackException if there is no judging any more; what was done
   *     stays
   * @throws CancellationException if the thread was interrupted; what was done stays
   */
  public FeedbackReport run(FeedbackWatch watch) {
    long total = rows.check();
    Origin origin = Origin.none().with("set of rows", rows.key()).with(work.origin());
    makeDirectory();
    long before;
    long done;
    try (ResumableFile log = ResumableFile.open(log(directory), origin, new There(total))) {
      before = log.groups();
      watch.onRows(before, total);
      Windows windows = new Windows(log, total, watch);
      try {
        rows.forEach(windows::add);
        windows.flush();
      } catch (CancellationException e) {
        if (!watch.stopRequested()) {
          throw e;
        }
      }
      done = log.groups();
    }
    Counts counts = new Counts();
    forEachOutcome(outcome -> counts.read(outcome.path(LogLines.COUNTS)));
    if (done == total) {
      write(pairs(directory), LogLines.PAIRS, true);
      write(completions(directory), LogLines.COMPLETIONS, false);
      write(undecided(directory), LogLines.UNDECIDED, false);
    }
    return new FeedbackReport(total, before, done, counts);
  }

  private void makeDirectory() {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw unwritable(directory, e);
    }
  }

  private static DataException unwritable(Path path, IOException e) {
    return new DataException(
        path
            + " cannot be written: "
            + FileErrors.reason(e)
            + FileErrors.freeSpace(path)
            + "; name another directory, or make room and call again to go on",
        e);
  }

  /** Follows the lines that are there. */
  private static final class There implements ResumableFile.Lines {
    private final long total;
    private long row;

    There(long total) {
      this.total = total;
    }

    @Override
    public boolean next(ObjectNode line) {
      if (row >= total) {
        throw new IllegalArgumentException("there are no more rows");
      }
      if (line.path(LogLines.ROW).asLong(-1) != row) {
        throw new IllegalArgumentException("row " + row + " should be there");
      }
      boolean last = line.path(LogLines.KIND).asText().equals(LogLines.OUTCOME);
      row += last ? 1 : 0;
      return last;
    }
  }

  /** Some rows at a time, the same ones whenever it begins anew. */
  private final class Windows {
    private final ResumableFile log;
    private final long total;
    private final FeedbackWatch watch;
    private final Pacing pacing = work.pacing();
    private final List<FeedbackRow> held = new ArrayList<>();
    private int questions;

    Windows(ResumableFile log, long total, FeedbackWatch watch) {
      this.log = log;
      this.total = total;
      this.watch = watch;
    }

    boolean add(FeedbackRow row) {
      held.add(row);
      questions += work.questions(row);
      if (questions >= pacing.together()) {
        flush();
      }
      return !watch.stopRequested();
    }

    void flush() {
      if (held.isEmpty() || watch.stopRequested()) {
        return;
      }
      long first = held.get(0).number();
      int there = (int) Math.min(held.size(), Math.max(0, log.groups() - first));
      if (there < held.size()) {
        // Where company does not count, nothing is paid for twice.
        List<FeedbackRow> asked = pacing.company() ? held : held.subList(there, held.size());
        List<List<ObjectNode>> lines = work.of(List.copyOf(asked));
        lines.stream().skip(pacing.company() ? there : 0).forEach(log::add);
        log.force();
        watch.onRows(log.groups(), total);
      }
      held.clear();
      questions = 0;
    }
  }

  private interface Outcomes {
    void take(JsonNode outcome);
  }

  private void forEachOutcome(Outcomes to) {
    if (isEmpty(log(directory))) {
      return;
    }
    try (RowReader reader = RowReader.open(log(directory))) {
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        if (row.get().fields().path(LogLines.KIND).asText().equals(LogLines.OUTCOME)) {
          to.take(row.get().fields());
        }
      }
    }
  }

  private static boolean isEmpty(Path file) {
    try {
      return Files.size(file) == 0;
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }

  private void write(Path file, String part, boolean always) {
    boolean[] any = new boolean[1];
    forEachOutcome(outcome -> any[0] |= outcome.has(part));
    if (!always && !any[0]) {
      return;
    }
    try {
      AtomicFile.write(file, out -> write(out, part));
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private void write(OutputStream out, String part) throws IOException {
    List<IOException> failed = new ArrayList<>();
    forEachOutcome(
        outcome ->
            outcome
                .path(part)
                .forEach(
                    row -> {
                      try {
                        out.write(DataFiles.JSON.writeValueAsBytes(row));
                        out.write('\n');
                      } catch (IOException e) {
                        failed.add(e);
                      }
                    }));
    if (!failed.isEmpty()) {
      throw failed.get(0);
    }
  }
}
