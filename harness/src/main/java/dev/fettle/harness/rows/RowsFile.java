package dev.fettle.harness.rows;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tokenised rows, one JSON object each, in the algorithm's pre-tokenised format: {@code input_ids}
 * and {@code loss_mask} of plain rows. It appears whole or not at all.
 */
final class RowsFile implements AutoCloseable {
  private final Path file;
  private final AtomicFile growing;
  private final JsonGenerator json;

  RowsFile(Path file) {
    this.file = file;
    String name = String.valueOf(file.getFileName());
    if (Files.isDirectory(file)) {
      throw new DataException(file + " is a directory; name a file for the rows");
    }
    if (!name.endsWith(".jsonl")) {
      throw new DataException(
          file
              + ": rows are written one a line; let the name end in .jsonl, by which they are read");
    }
    try {
      growing = AtomicFile.begin(file);
      json =
          DataFiles.JSON
              .createGenerator(growing.stream())
              .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
              .setRootValueSeparator(null);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void add(ObjectNode row) {
    try {
      json.writeTree(row);
      json.writeRaw('\n');
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void finish() {
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

  @Override
  public void close() {
    growing.close();
  }
}
