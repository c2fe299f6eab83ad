package dev.fettle.data.encode;

import dev.fettle.data.Sized;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.store.StoredForm;
import dev.fettle.settings.Nearest;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
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
    options.columns().check(first, RowFormat.columns(formats()));
    RowFormat format =
        options.format().isPresent()
            ? named(options.format().get())
            : RowFormat.detect(formats(), options.columns().apply(first));
    return encoder(format, options);
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
