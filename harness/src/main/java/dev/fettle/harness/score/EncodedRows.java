package dev.fettle.harness.score;

import dev.fettle.data.Example;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.data.read.RowSelection;
import dev.fettle.spi.support.SoleUse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of some files, one after the other, read and tokenised when they are asked for. */
public final class EncodedRows implements AutoCloseable {
  private final Iterator<Part> parts;
  private final RowSelection selection;
  private final RowEncoding<Example> encoding;
  private final EncodingOptions options;
  private final SoleUse guard = new SoleUse("the reader of rows");
  private final Map<Integer, Long> left = new HashMap<>();
  private int source;
  private @Nullable RowReader reader;
  private @Nullable RowEncoder<Example> encoder;

  /** A file of a source. */
  private record Part(int source, Path file) {}

  /**
   * Rows to be read.
   *
   * @param selection of rows; which may not be divided
   */
  public EncodedRows(
      RowSelection selection, RowEncoding<Example> encoding, EncodingOptions options) {
    this.selection = selection;
    this.options = options;
    this.encoding = encoding;
    List<Part> all = new ArrayList<>();
    for (int s = 0; s < selection.sources().size(); s++) {
      int number = s;
      selection.sources().get(s).files().forEach(f -> all.add(new Part(number, f)));
      left.put(s, selection.sources().get(s).limit().orElse(Long.MAX_VALUE));
    }
    parts = all.iterator();
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
    while (reader != null || parts.hasNext()) {
      RowReader open = reader == null ? open(parts.next()) : reader;
      reader = open;
      long more = left.merge(source, -1L, Long::sum);
      Optional<Row> row = more < 0 ? Optional.empty() : open.next();
      if (row.isPresent()) {
        return Optional.of(encode(row.get()));
      }
      left.merge(source, 1L, Long::sum);
      end();
    }
    return Optional.empty();
  }

  private RowReader open(Part part) {
    source = part.source();
    return RowReader.open(part.file(), selection.limits());
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
