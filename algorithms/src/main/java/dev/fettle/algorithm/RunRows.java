package dev.fettle.algorithm;

import dev.fettle.data.Sized;
import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.pack.PackingOptions;
import java.util.Map;

/** The rows that section {@code data} names. */
public interface RunRows {

  /**
   * Reads what is trained on, with a progress bar on a terminal; what was dropped and what to
   * beware of is reported.
   *
   * @param encoding how rows become examples
   * @throws dev.fettle.data.read.DataException where a file or row is broken, or no row is left
   */
  <E extends Sized> Dataset<E> train(RowEncoding<E> encoding);

  /**
   * Reads what is evaluated on, by the name of each set, which is empty where there is but one and
   * it has none; no sets if nothing is.
   *
   * @throws dev.fettle.data.read.DataException where a file or row is broken, or no row is left
   */
  <E extends Sized> Map<String, Dataset<E>> evaluations(RowEncoding<E> encoding);

  /** How examples are laid into rows, and how long those are. */
  PackingOptions packing();
}
