package dev.fettle.harness.score;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fettle.data.read.DataException;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A file of scores, one JSON object a row: {@code num_tokens}, {@code logprob}, {@code logprobs},
 * or {@code reward}, or {@code chosen_reward} and {@code rejected_reward}. It grows under a
 * temporary name beside its place, and appears whole or not at all.
 */
public final class ScoreFile implements Consumer<RowScore>, AutoCloseable {
  private final Path file;
  private final AtomicFile growing;
  private final JsonGenerator json;

  /**
   * Begins the file.
   *
   * @throws DataException if it cannot be written there
   */
  public ScoreFile(Path file) {
    this.file = file;
    if (Files.isDirectory(file)) {
      throw new DataException(file + " is a directory; name a file for the scores");
    }
    try {
      growing = AtomicFile.begin(file);
      // Every object ends its own line; the file is closed where it is put in its place.
      json =
          new JsonFactory()
              .createGenerator(growing.stream())
              .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
              .setRootValueSeparator(null);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Appends a row. */
  @Override
  public void accept(RowScore row) {
    try {
      json.writeStartObject();
      json.writeNumberField("num_tokens", row.numTokens());
      json.writeNumberField("logprob", row.logprob());
      json.writeArrayFieldStart("logprobs");
      for (float value : row.logprobs()) {
        json.writeNumber(value);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Appends a row's reward, null where it has none. */
  public void accept(double reward) {
    try {
      json.writeStartObject();
      number("reward", reward);
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Appends the rewards of a pair, null where it has none. */
  public void accept(PairRewards pair) {
    try {
      json.writeStartObject();
      number("chosen_reward", pair.chosen());
      number("rejected_reward", pair.rejected());
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void number(String name, double value) throws IOException {
    if (Double.isNaN(value)) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value);
    }
  }

  /** Puts the file in its place. */
  public void finish() {
    try {
      json.close();
      growing.commit();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private DataException failed(IOException e) {
    return new DataException(
        file + " cannot be written: " + FileErrors.reason(e) + "; choose another file", e);
  }

  /** Removes what was written, unless it is finished. */
  @Override
  public void close() {
    growing.close();
  }
}
