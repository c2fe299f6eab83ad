package dev.fettle.backend.onnxruntime.device;

import ai.onnxruntime.OrtSession;
import dev.fettle.ir.TensorType;

/** The memory of the host or of one GPU, as far as tensors take it. */
public sealed interface Memory extends AutoCloseable permits HostMemory, CudaMemory {
  /** Where tensors may begin within a block, in bytes. */
  long ALIGNMENT = 256;

  /** True where Java reads and writes the elements itself. */
  boolean isHost();

  /** The most bytes of one tensor. */
  long largest();

  /**
   * Requires that so much is left.
   *
   * @param what needs it, as the beginning of a sentence: {@code state policy}
   * @throws dev.fettle.spi.DeviceFailureException with the bytes needed and those left
   */
  void require(String what, long bytes);

  /**
   * A block of zeros, which is given back when the last of its tensors is closed.
   *
   * @throws dev.fettle.spi.DeviceFailureException if there is no room for it
   */
  Block take(String what, long bytes);

  /** A tensor of zeros with a block to itself. */
  default Cell allocate(String what, TensorType type) {
    Block block = take(what, type.bytes());
    try {
      return block.cell(type, 0);
    } catch (RuntimeException e) {
      block.close();
      throw e;
    }
  }

  /** Bytes that others than state may take; {@link Long#MAX_VALUE} where nobody limits them. */
  long leftOfLimit();

  /** True where there is so much left that nobody need give any back between runs. */
  boolean isRoomy();

  /** Where the nodes of a session run that was told to record it. */
  Placement placement(OrtSession session);

  /** What there is and what is taken, for a message; empty where the runtime does not say. */
  String report();

  /** Bytes rounded up to where the next tensor of a block may begin. */
  static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  @Override
  void close();
}
