package dev.fettle.harness.score;

import dev.fettle.data.Example;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.spi.support.SoleUse;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of some files, one after the other, read and tokenised when they are asked for. */
public final class EncodedRows implements AutoCloseable {
  private final Iterator<Path> files;
  private final RowEncoding<Example> encoding;
  private final EncodingOptions options;
  private final SoleUse guard = new SoleUse("the reader of rows");
  private @Nullable RowReader reader;
  private @Nullable RowEncoder<Example> encoder;

  public EncodedRows(List<Path> files, RowEncoding<Example> encoding, EncodingOptions options) {
    this.files = List.copyOf(files).iterator();
    this.options = options;
    this.encoding = encoding;
  }

  /**
   * A row.
   *
   * @param example its tokens; one token, no target, where training would drop the row
   * @param truncated whether tokens were cut off
   */
  record EncodedRow(Example example, boolean truncated) {}

  /**
   * The next row, or nothing after the last of the last file.
   *
   * @throws dev.fettle.data.read.DataException where a file or row is broken; the message says
   *     where
   */
  Optional<EncodedRow> next() {
    while (reader != null || files.hasNext()) {
      RowReader open = reader == null ? RowReader.open(files.next()) : reader;
      reader = open;
      Optional<Row> row = open.next();
      if (row.isPresent()) {
        return Optional.of(encode(row.get()));
      }
      end();
    }
    return Optional.empty();
  }

  private EncodedRow encode(Row row) {
    if (encoder == null) {
      // Each file has a format of its own.
      encoder = encoding.encoder(row, options);
    }
    Encoded<Example> encoded = encoder.encode(row);
    Example kept = encoded.example();
    return new EncodedRow(
        kept == null ? new Example(new int[1], new byte[1], row.origin()) : kept,
        encoded.truncated());
  }

  /** Against two who would each have some of the rows. */
  SoleUse guard() {
    return guard;
  }

  @Override
  public void close() {
    guard.close(this::end);
  }

  private void end() {
    if (reader != null) {
      reader.close();
    }
    reader = null;
    encoder = null;
  }
}
