package dev.fettle.harness;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fettle.source.DataException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The scores of a file of rows.
 *
 * @param rows one for each row of the input, in its order
 * @param truncated rows cut to what the model takes
 */
public record ScoreReport(List<RowScore> rows, long truncated) {

  /** Copies the list. */
  public ScoreReport {
    rows = List.copyOf(rows);
  }

  /** Tokens scored in all rows. */
  public long tokens() {
    return rows.stream().mapToLong(RowScore::numTokens).sum();
  }

  /** Mean negative log-likelihood of a token; NaN without tokens. */
  public double meanLoss() {
    return -rows.stream().mapToDouble(RowScore::logprob).sum() / tokens();
  }

  /** The exponential of the mean loss. */
  public double perplexity() {
    return Math.exp(meanLoss());
  }

  /**
   * Writes one JSON object a row: {@code num_tokens}, {@code logprob}, {@code logprobs}. The file
   * appears whole or not at all.
   *
   * @throws DataException if it cannot be written
   */
  public void write(Path file) {
    Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
    try {
      try (Writer out = Files.newBufferedWriter(temporary)) {
        for (RowScore row : rows) {
          out.write(json(row));
          out.write('\n');
        }
      }
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      temporary.toFile().delete();
      throw new DataException(file + " cannot be written: " + e + "; choose another file", e);
    }
  }

  private static String json(RowScore row) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("num_tokens", row.numTokens());
      json.writeNumberField("logprob", row.logprob());
      json.writeArrayFieldStart("logprobs");
      for (float value : row.logprobs()) {
        json.writeNumber(value);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }
}
