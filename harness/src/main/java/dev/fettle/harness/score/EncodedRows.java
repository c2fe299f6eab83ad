package dev.fettle.harness.score;

import dev.fettle.data.Sized;
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

/**
 * The rows of some files, one after the other, read and tokenised when they are asked for.
 *
 * @param <E> what a row becomes
 */
public final class EncodedRows<E extends Sized> implements AutoCloseable {
  private final Iterator<Part> parts;
  private final RowSelection selection;
  private final RowEncoding<E> encoding;
  private final EncodingOptions options;
  private final SoleUse guard = new SoleUse("the reader of rows");
  private final Map<Integer, Long> left = new HashMap<>();
  private int source;
  private @Nullable RowReader reader;
  private @Nullable RowEncoder<E> encoder;

  /** A file of a source. */
  private record Part(int source, Path file) {}

  /**
   * Rows to be read.
   *
   * @param selection of rows; which may not be divided
   */
  public EncodedRows(RowSelection selection, RowEncoding<E> encoding, EncodingOptions options) {
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
   * @param example its tokens; empty where training would drop the row
   * @param truncated whether tokens were cut off
   */
  record EncodedRow<E>(Optional<E> example, boolean truncated) {}

  /**
   * The next row, or nothing after the last of the last file.
   *
   * @throws dev.fettle.data.read.DataException where a file or row is broken; the message says
   *     where
   */
  Optional<EncodedRow<E>> next() {
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

  private EncodedRow<E> encode(Row row) {
    if (encoder == null) {
      // Each file has a format of its own.
      encoder = encoding.encoder(row, options);
    }
    Encoded<E> encoded = encoder.encode(row);
    return new EncodedRow<>(Optional.ofNullable(encoded.example()), encoded.truncated());
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
