package dev.fettle.backend.onnxruntime.device;

import ai.onnxruntime.OnnxTensor;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.HostTensor;

/** A piece of memory with tensors in it. Closed by the last of them. */
public abstract sealed class Block permits HostMemory.HostBlock, CudaMemory.CudaBlock {
  private final long bytes;
  private int cells;

  Block(long bytes) {
    this.bytes = bytes;
  }

  /** Its size. */
  public final long bytes() {
    return bytes;
  }

  /**
   * A tensor over part of it, which need not be aligned nor the only one there.
   *
   * @param at its first byte
   */
  public final Cell cell(TensorType type, long at) {
    if (at < 0 || type.bytes() > bytes - at) {
      throw new IllegalArgumentException(type + " at " + at + " of a block of " + bytes + " bytes");
    }
    Cell cell = new Cell(this, at, type, tensor(type, at));
    cells++;
    return cell;
  }

  void left() {
    if (--cells == 0) {
      close();
    }
  }

  /** A tensor of the runtime's over part of the block. */
  abstract OnnxTensor tensor(TensorType type, long at);

  /** The same as a tensor of the host's; fails where the host cannot reach it. */
  abstract HostTensor host(TensorType type, long at);

  /** Writes bytes. */
  abstract void write(long at, HostTensor from);

  /** Reads bytes. */
  abstract void read(HostTensor to, long at);

  /** Writes zeros. */
  abstract void clear(long at, long length);

  /** Copies from a block of the same memory. */
  abstract void copy(long at, Block from, long start, long length);

  /** Gives the memory back. */
  abstract void close();
}
