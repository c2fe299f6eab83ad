package dev.fettle.data.read;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The selected rows of one source after the other, file by file. Files behind a source's limit are
 * not opened. Used by one thread.
 */
public final class SelectedRows {

  private static final int ROOM = 1 << 10;

  private final RowSelection selection;
  private final long threshold;

  /**
   * Prepares to read; where rows are divided, reads all of them once.
   *
   * @throws DataException where a file or row is broken
   */
  public SelectedRows(RowSelection selection) {
    this.selection = selection;
    this.threshold = selection.split().map(this::threshold).orElse(0L);
  }

  /** Takes the rows of one file. */
  public interface Visitor {

    /**
     * Reads as many rows as it likes.
     *
     * @param source which it is of
     * @param file which of all files it is
     * @param rows what is selected of the file
     */
    void visit(int source, int file, RowReader rows);
  }

  /** Opens each file in turn. */
  public void forEachFile(Visitor visitor) {
    read(visitor, selection.split());
  }

  private void read(Visitor visitor, Optional<RowSplit> split) {
    int number = 0;
    List<RowSelection.Source> sources = selection.sources();
    for (int s = 0; s < sources.size(); s++) {
      long left = sources.get(s).limit().orElse(Long.MAX_VALUE);
      for (Path file : sources.get(s).files()) {
        if (left > 0) {
          try (Rows rows = new Rows(RowReader.open(file, selection.limits()), left, split)) {
            visitor.visit(s, number, rows);
            left = rows.left;
          }
        }
        number++;
      }
    }
  }

  private long threshold(RowSplit split) {
    Draws draws = new Draws();
    read(
        (source, file, rows) -> {
          for (Optional<Row> row = rows.next(); row.isPresent(); row = rows.next()) {
            draws.add(split.draw(row.get().fields()));
          }
        },
        Optional.empty());
    return split.threshold(draws.all(), selection.files());
  }

  /** Grows as rows are read. */
  private static final class Draws {
    private long[] values = new long[ROOM];
    private int size;

    void add(long value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    long[] all() {
      return Arrays.copyOf(values, size);
    }
  }

  /** The first rows of a file, and of these one side. */
  private final class Rows implements RowReader {
    private final RowReader all;
    private final Optional<RowSplit> split;
    private long left;

    Rows(RowReader all, long left, Optional<RowSplit> split) {
      this.all = all;
      this.left = left;
      this.split = split;
    }

    @Override
    public Optional<Row> next() {
      while (left > 0) {
        Optional<Row> row = all.next();
        if (row.isEmpty()) {
          return row;
        }
        left--;
        if (split.isEmpty() || split.get().holds(row.get().fields(), threshold)) {
          return row;
        }
      }
      return Optional.empty();
    }

    @Override
    public double fraction() {
      return left == 0 ? 1 : all.fraction();
    }

    @Override
    public void close() {
      all.close();
    }
  }
}
