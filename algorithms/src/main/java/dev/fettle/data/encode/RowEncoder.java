package dev.fettle.data.encode;

import dev.fettle.data.read.Row;
import java.util.List;

/**
 * Turns a row into an example, or says why it is dropped. May be used by many threads.
 *
 * @param <E> the kind of example
 */
public interface RowEncoder<E> {

  /**
   * Encodes a row.
   *
   * @param row as the file has it
   * @throws dev.fettle.data.read.DataException where the row lacks what its format needs
   */
  Encoded<E> encode(Row row);

  /** What the user should know of the rows encoded so far, one sentence each; mostly nothing. */
  default List<String> findings() {
    return List.of();
  }
}
