package dev.fettle.data.store;

import dev.fettle.data.Example;
import dev.fettle.data.read.RowOrigin;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How the examples of an encoding are kept outside the heap, and how they are known again.
 *
 * @param <E> the kind of example
 */
public final class StoredForm<E> {

  private final String identity;
  private final ExampleCodec<E> codec;
  private final Function<Records, List<E>> list;

  private StoredForm(String identity, ExampleCodec<E> codec, Function<Records, List<E>> list) {
    this.identity = identity;
    this.codec = codec;
    this.list = list;
  }

  /**
   * A form for examples of one's own kind.
   *
   * @param identity all that the encoding depends on besides the rows and the {@code
   *     EncodingOptions}: its settings, the {@code Tokenizer.fingerprint}, a version of its own
   *     code. Equal identities promise equal examples.
   * @param codec writes and reads one
   */
  public static <E> StoredForm<E> of(String identity, ExampleCodec<E> codec) {
    return new StoredForm<>(identity, codec, records -> new StoredList<>(records, codec));
  }

  /** The form of plain examples, of which parts can be read. */
  public static StoredForm<Example> ofExamples(String identity) {
    return new StoredForm<>(identity, PlainCodec.INSTANCE, StoredExamples::new);
  }

  /**
   * A form for what is nothing but some plain examples, all of one row, as the two of a pair.
   *
   * @param identity as for {@link #of}
   * @param split into its examples
   * @param join the same examples to an equal whole
   */
  public static <E> StoredForm<E> ofGroups(
      String identity, Function<E, List<Example>> split, Function<List<Example>, E> join) {
    return of(identity, new Groups<>(split, join));
  }

  /** All that the encoding depends on besides the rows and the options. */
  public String identity() {
    return identity;
  }

  byte[] write(E example) {
    return codec.write(example);
  }

  List<E> list(Records records) {
    return list.apply(records);
  }

  /** Plain examples one after the other, each behind its size in bytes. */
  private record Groups<E>(Function<E, List<Example>> split, Function<List<Example>, E> join)
      implements ExampleCodec<E> {

    @Override
    public byte[] write(E example) {
      List<byte[]> parts = split.apply(example).stream().map(PlainCodec.INSTANCE::write).toList();
      int size = parts.stream().mapToInt(part -> Integer.BYTES + part.length).sum();
      ByteBuffer bytes = ByteBuffer.allocate(size);
      parts.forEach(part -> bytes.putInt(part.length).put(part));
      return bytes.array();
    }

    @Override
    public E read(ByteBuffer bytes, RowOrigin origin) {
      List<Example> parts = new ArrayList<>();
      while (bytes.hasRemaining()) {
        int size = bytes.getInt();
        parts.add(PlainCodec.INSTANCE.read(bytes.slice(bytes.position(), size), origin));
        bytes.position(bytes.position() + size);
      }
      return join.apply(parts);
    }
  }
}
