package dev.fettle.backend.onnxruntime.device;

import ai.onnxruntime.OnnxTensor;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.HostTensor;

/** A tensor and the place where it lies. */
public final class Cell implements AutoCloseable {
  private final Block block;
  private final long at;
  private final TensorType type;
  private final OnnxTensor tensor;
  private boolean closed;

  Cell(Block block, long at, TensorType type, OnnxTensor tensor) {
    this.block = block;
    this.at = at;
    this.type = type;
    this.tensor = tensor;
  }

  /** Its type. */
  public TensorType type() {
    return type;
  }

  /** The memory it lies in, maybe with others. */
  public Block block() {
    return block;
  }

  /** Its first byte in the block. */
  public long at() {
    return at;
  }

  /** As the runtime sees it. */
  public OnnxTensor tensor() {
    return tensor;
  }

  /**
   * The elements themselves.
   *
   * @throws IllegalStateException if they are not in the host's memory
   */
  public HostTensor host() {
    return block.host(type, at);
  }

  /** Writes elements that follow each other, the first of them at {@code from}. */
  public void put(long from, HostTensor part) {
    block.write(at + from * type.dtype().bytes(), part);
  }

  /** A copy of elements that follow each other. */
  public HostTensor part(long from, int count) {
    HostTensor part = HostTensor.allocate(type.dtype(), count);
    block.read(part, at + from * type.dtype().bytes());
    return part;
  }

  /** A copy of all of it. */
  public HostTensor whole() {
    HostTensor copy = HostTensor.allocate(type);
    block.read(copy, at);
    return copy;
  }

  /** Takes the elements of another tensor of the same type and memory. */
  public void copyOf(Cell other) {
    block.copy(at, other.block, other.at, type.bytes());
  }

  /** Sets every element to 0. */
  public void clear() {
    block.clear(at, type.bytes());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      tensor.close();
      block.left();
    }
  }
}
