package dev.fettle.data;

import java.util.List;

/**
 * Reads parts of examples. A list that holds them outside the heap is one of these, so that a row
 * of a long document costs no more than the row. Used by many threads.
 */
public interface Stretches {

  /**
   * A part of an example, as {@link Example#stretch} gives it.
   *
   * @param index of the example
   * @param offset first token
   * @param length number of tokens
   */
  Example stretch(int index, int offset, int length);

  /** Reads parts of the examples of a list. */
  static Stretches of(List<Example> examples) {
    return examples instanceof Stretches own
        ? own
        : (index, offset, length) -> examples.get(index).stretch(offset, length);
  }
}
