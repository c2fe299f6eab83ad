package dev.fettle.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.files.FileErrors;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the files of rounds back, a line at a time. */
public final class RoundRows {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String RESTORE = "restore it, or begin a new run under another name";

  private RoundRows() {}

  /** Takes the lines of a file. */
  public interface Line {
    void take(JsonNode row, RowOrigin origin);
  }

  /** Takes answers. */
  public interface Answer {
    void take(RewardedAnswer answer, RowOrigin origin);
  }

  /**
   * Reads the answers of a round, in order.
   *
   * @throws DataException where they cannot be read, or are not what a run wrote
   */
  public static void answers(RoundFiles files, Answer answer) {
    lines(files.samples(), (row, origin) -> answer.take(RewardedAnswer.read(row, origin), origin));
  }

  /**
   * An answer as it stands in a file of a round.
   *
   * @throws DataException where it is none that a run wrote
   */
  public static RewardedAnswer answer(JsonNode row, RowOrigin origin) {
    return RewardedAnswer.read(row, origin);
  }

  /**
   * Reads a file.
   *
   * @throws DataException where it cannot be read, or a line is no JSON
   */
  public static void lines(Path file, Line line) {
    long number = 0;
    try (BufferedReader in = Files.newBufferedReader(file)) {
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        RowOrigin origin = new RowOrigin(file, ++number, RowOrigin.Unit.LINE);
        line.take(parsed(text, origin), origin);
      }
    } catch (NoSuchFileException e) {
      throw new DataException(file + ", which the run goes on from, is gone; " + RESTORE, e);
    } catch (CharacterCodingException e) {
      throw new DataException(file + " is not UTF-8; " + RESTORE, e);
    } catch (IOException e) {
      throw new DataException(
          file + " cannot be read: " + FileErrors.reason(e) + "; " + RESTORE, e);
    }
  }

  /**
   * The tokens in a column, at least one.
   *
   * @throws DataException where it holds none
   */
  public static int[] ids(JsonNode row, String column, RowOrigin origin) {
    JsonNode tokens = row.path(column);
    if (!tokens.isArray() || tokens.isEmpty()) {
      throw foreign(origin);
    }
    int[] ids = new int[tokens.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!tokens.get(i).isInt()) {
        throw foreign(origin);
      }
      ids[i] = tokens.get(i).intValue();
    }
    return ids;
  }

  /** What is told of a line that no run wrote. */
  public static DataException foreign(RowOrigin origin) {
    return DataException.at(
        origin,
        "is no answer that a run wrote; restore the file, or begin a new run under another name");
  }

  private static JsonNode parsed(String text, RowOrigin origin) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw DataException.at(origin, "is damaged; " + RESTORE);
    }
  }
}
