package dev.fettle.data.store;

import dev.fettle.data.read.RowOrigin;
import java.nio.ByteBuffer;

/**
 * Writes examples of one kind as bytes and reads them back. Used by many threads.
 *
 * @param <E> the kind of example
 */
public interface ExampleCodec<E> {

  /** The bytes of an example, without its origin. */
  byte[] write(E example);

  /**
   * An example equal to the one written.
   *
   * @param bytes those that {@link #write} gave, from position 0 to the limit, in big-endian order;
   *     not to be kept
   * @param origin of the row it was made of
   */
  E read(ByteBuffer bytes, RowOrigin origin);
}
