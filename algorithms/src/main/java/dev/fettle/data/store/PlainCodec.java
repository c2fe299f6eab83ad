package dev.fettle.data.store;

import dev.fettle.data.Example;
import dev.fettle.data.read.RowOrigin;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The number of tokens, their ids in four bytes each, the mask in a bit each. */
enum PlainCodec implements ExampleCodec<Example> {
  INSTANCE;

  private static final int IDS = Integer.BYTES;

  @Override
  public byte[] write(Example example) {
    int length = example.length();
    ByteBuffer bytes = ByteBuffer.allocate(IDS + 4 * length + (length + 7) / 8);
    bytes.putInt(length);
    bytes.asIntBuffer().put(example.ids());
    byte[] written = bytes.array();
    byte[] mask = example.targetMask();
    for (int i = 0, at = IDS + 4 * length; i < length; i++) {
      written[at + (i >> 3)] |= (byte) (mask[i] << (i & 7));
    }
    return written;
  }

  @Override
  public Example read(ByteBuffer bytes, RowOrigin origin) {
    return stretch(bytes, origin, 0, bytes.getInt(0));
  }

  Example stretch(ByteBuffer bytes, RowOrigin origin, int offset, int length) {
    int whole = bytes.getInt(0);
    Objects.checkFromIndexSize(offset, length, whole);
    int[] ids = new int[length];
    bytes.slice(IDS + 4 * offset, 4 * length).asIntBuffer().get(ids);
    byte[] mask = new byte[length];
    int bits = IDS + 4 * whole;
    for (int i = 0; i < length; i++) {
      int at = offset + i;
      mask[i] = (byte) (bytes.get(bits + (at >> 3)) >> (at & 7) & 1);
    }
    return new Example(ids, mask, origin);
  }
}
