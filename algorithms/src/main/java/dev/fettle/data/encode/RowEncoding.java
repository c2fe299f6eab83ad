package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.data.encode.RowFormat.Match;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.store.StoredForm;
import dev.fettle.settings.Nearest;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the rows of an algorithm become examples: the formats it reads, and what turns the rows of
 * one into examples.
 *
 * @param <E> the kind of example
 */
public interface RowEncoding<E extends Sized> {

  /** What text is encoded with; may be absent where all rows are pre-tokenised. */
  Optional<Tokenizer> tokenizer();

  /** What it reads, in the order in which a row's columns are compared with them. */
  List<RowFormat> formats();

  /**
   * How its examples are kept in a file and known again by the next start. Without it, as by
   * default, they stay in the heap, and a resumed run makes them anew.
   */
  default Optional<StoredForm<E>> stored() {
    return Optional.empty();
  }

  /**
   * An example that knows which row of its data it is; by default it is kept as it is.
   *
   * @param row of all its data, from 0; rows that were dropped count
   */
  default E numbered(E example, long row) {
    return example;
  }

  /**
   * The sequences of tokens an example is made of, to be shown and written: one under the empty
   * name, or several under theirs, as {@code chosen} and {@code rejected}, in the order in which
   * they are shown. None, as by default for what is no plain example, where they cannot be shown.
   */
  default Map<String, Example> sequences(E example) {
    return example instanceof Example plain ? Map.of("", plain) : Map.of();
  }

  /**
   * An example as a row of token ids, which is used as it is when it is read again. By default
   * {@code input_ids} and {@code loss_mask}, of several sequences with their names before them.
   */
  default ObjectNode written(E example) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    sequences(example)
        .forEach(
            (name, sequence) -> {
              String prefix = name.isEmpty() ? "" : name + "_";
              ArrayNode ids = row.putArray(prefix + "input_ids");
              ArrayNode mask = row.putArray(prefix + "loss_mask");
              for (int i = 0; i < sequence.length(); i++) {
                ids.add(sequence.ids()[i]);
                mask.add((int) sequence.targetMask()[i]);
              }
            });
    return row;
  }

  /**
   * The encoder of one format's rows.
   *
   * @throws DataException where rows of the format cannot be encoded here, as text without a
   *     tokenizer
   */
  RowEncoder<E> encoder(RowFormat format, EncodingOptions options);

  /**
   * The encoder of a file, by the format that is set or that its first row shows.
   *
   * @throws DataException where there is no such format, or the columns fit none
   */
  default RowEncoder<E> encoder(Row first, EncodingOptions options) {
    Match match = match(first, options);
    return encoder(match.format(), options.withColumns(match.columns()));
  }

  /** Whether it reads a file that begins with a row: by the format that is set, or its columns. */
  default boolean reads(Row first, EncodingOptions options) {
    List<String> present = Columns.present(options.columns().apply(first));
    return formats().stream()
        .anyMatch(f -> options.format().map(f.name()::equals).orElseGet(() -> f.fits(present)));
  }

  /**
   * The format of a file, and what it calls the columns: what is set, or what its first row shows.
   *
   * @throws DataException where there is no such format, or the columns fit none
   */
  private Match match(Row first, EncodingOptions options) {
    options.columns().check(first, RowFormat.columns(formats()));
    if (options.format().isEmpty()) {
      return RowFormat.detect(formats(), first, options.columns());
    }
    RowFormat format = named(options.format().get());
    List<String> present = Columns.present(options.columns().apply(first));
    // A format that is named is told its own errors, row by row.
    return format.fits(present)
        ? new Match(format, options.columns())
        : format.underUsualNames(options.columns(), present);
  }

  private RowFormat named(String name) {
    Optional<RowFormat> format = formats().stream().filter(f -> f.name().equals(name)).findFirst();
    List<String> names = formats().stream().map(RowFormat::name).toList();
    return format.orElseThrow(
        () ->
            new DataException(
                "data.format: expected one of "
                    + String.join(", ", names)
                    + ", got '"
                    + name
                    + "'"
                    + Nearest.to(name, names).map(n -> "; did you mean '" + n + "'?").orElse("")));
  }
}
