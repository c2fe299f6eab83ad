package dev.fettle.models.weights;

import dev.fettle.ir.DType;
import dev.fettle.spi.Halves;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/** Reads BF16, F16 or F64 bytes block by block and turns each block into F32. */
final class Widening {
  private static final int BLOCK = 1 << 16;

  /** Fills a buffer from an offset within a tensor's bytes. */
  interface Source {
    void read(long offset, ByteBuffer into);
  }

  private final DType from;
  private final Source source;

  Widening(DType from, Source source) {
    this.from = from;
    this.source = source;
  }

  /** Fills a buffer of F32 elements; BF16 keeps NaN payloads. */
  void into(ByteBuffer floats) {
    IntBuffer out = floats.asIntBuffer();
    ByteBuffer block =
        ByteBuffer.allocateDirect(BLOCK * from.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    int[] bits = new int[BLOCK];
    long offset = 0;
    while (out.hasRemaining()) {
      int n = Math.min(BLOCK, out.remaining());
      source.read(offset, block.clear().limit(n * from.bytes()));
      block.flip();
      convert(block, bits, n);
      out.put(bits, 0, n);
      offset += (long) n * from.bytes();
    }
  }

  private void convert(ByteBuffer block, int[] bits, int n) {
    switch (from) {
      case BF16 -> {
        short[] halves = halves(block, n);
        for (int i = 0; i < n; i++) {
          bits[i] = halves[i] << 16;
        }
      }
      case F16 -> {
        short[] halves = halves(block, n);
        for (int i = 0; i < n; i++) {
          bits[i] = Float.floatToRawIntBits(Halves.f16ToFloat(halves[i]));
        }
      }
      case F64 -> {
        for (int i = 0; i < n; i++) {
          bits[i] = Float.floatToRawIntBits((float) block.getDouble(i * Double.BYTES));
        }
      }
      default -> throw new IllegalStateException(from + " needs no widening");
    }
  }

  private static short[] halves(ByteBuffer block, int n) {
    short[] halves = new short[n];
    block.asShortBuffer().get(halves);
    return halves;
  }
}
