package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.data.store.ContentKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Rows of prompts with answers, read from files as often as they are needed. A file is one of rows
 * that hold all answers to their prompt, or of lines as {@code fettle sample} writes them, those of
 * a prompt together.
 *
 * @param files in this order
 * @param columns what they call the columns
 * @param limit rows at most, the first ones
 * @param wanted whether all answers of a row are wanted, or the one it has
 */
public record FeedbackRows(List<Path> files, Columns columns, OptionalLong limit, Wanted wanted) {

  /** Copies the list. */
  public FeedbackRows {
    files = List.copyOf(files);
  }

  /**
   * Reads all rows without holding them.
   *
   * @return how many there are
   * @throws DataException where a file or row is broken, or there is none
   */
  public long check() {
    long[] count = new long[1];
    forEach(
        row -> {
          count[0]++;
          return true;
        });
    if (count[0] == 0) {
      throw new DataException(files + " has no rows; write the rows again");
    }
    return count[0];
  }

  /** The content of the files and how it is read, in 32 hexadecimal digits. */
  public String key() {
    ContentKey key = new ContentKey().text(columns.names().toString()).text(wanted.name());
    key.number(limit.orElse(-1));
    for (Path file : files) {
      DataFiles.require(file);
      try {
        key.file(file);
      } catch (IOException e) {
        throw DataFiles.unreadable(file, e);
      }
    }
    return key.hex();
  }

  /**
   * Gives out all rows.
   *
   * @param to says whether to go on
   * @throws DataException where a file or row is broken
   */
  public void forEach(Predicate<FeedbackRow> to) {
    long number = 0;
    for (Path file : files) {
      try (RowReader reader = RowReader.open(file)) {
        Gathering gathering = new Gathering(number);
        for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
          for (FeedbackRow whole : gathering.add(columns.apply(row.get()))) {
            if (!given(whole, to)) {
              return;
            }
          }
        }
        Optional<FeedbackRow> last = gathering.end();
        if (last.isPresent() && !given(last.get(), to)) {
          return;
        }
        number = gathering.number;
      }
    }
  }

  private boolean given(FeedbackRow row, Predicate<FeedbackRow> to) {
    return (limit.isEmpty() || row.number() < limit.getAsLong()) && to.test(row);
  }

  /** Makes one row of the lines of a prompt. */
  private final class Gathering {
    private long number;
    private final SampledAnswers sampled = new SampledAnswers();

    Gathering(long number) {
      this.number = number;
    }

    /** The rows that are whole with this line. */
    List<FeedbackRow> add(Row row) {
      List<FeedbackRow> whole = new ArrayList<>();
      if (!sampled.isOf(row)) {
        end().ifPresent(whole::add);
      }
      if (wanted == Wanted.ALL && SampledAnswers.isOne(row)) {
        sampled.add(row);
      } else {
        whole.add(RowAnswers.of(row, wanted, number++));
      }
      return whole;
    }

    Optional<FeedbackRow> end() {
      return sampled.isEmpty() ? Optional.empty() : Optional.of(sampled.take(number++));
    }
  }

  /** The lines of one prompt. */
  private static final class SampledAnswers {
    private final List<Row> lines = new ArrayList<>();

    static boolean isOne(Row row) {
      JsonNode fields = row.fields();
      return fields.path("index").isIntegralNumber()
          && fields.path("sample").isIntegralNumber()
          && fields.path("completion").isTextual()
          // A file of choices has all answers in one line.
          && !fields.path("candidates").isArray();
    }

    boolean isEmpty() {
      return lines.isEmpty();
    }

    boolean isOf(Row row) {
      return !isEmpty()
          && isOne(row)
          && lines.get(0).fields().get("index").equals(row.fields().get("index"));
    }

    void add(Row row) {
      lines.add(row);
    }

    FeedbackRow take(long number) {
      Row first = lines.get(0);
      if (lines.size() < 2) {
        throw DataException.at(
            first.origin(),
            "is the one answer to its prompt, and two are compared; sample several");
      }
      List<String> answers =
          lines.stream().map(l -> l.fields().path("completion").asText()).toList();
      FeedbackRow row = RowAnswers.row(first, number, answers);
      lines.clear();
      return row;
    }
  }
}
