package dev.fettle.backend.onnxruntime.device;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.fettle.backend.onnxruntime.ElementTypes;
import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DirectMemory;
import dev.fettle.spi.HostTensor;
import java.nio.ByteBuffer;

/** Direct buffers, which the runtime reads and writes without copying. */
public final class HostMemory implements Memory {
  private final OrtEnvironment environment;
  private final DirectMemory memory;

  /**
   * The memory of this process.
   *
   * @param environment the runtime's
   * @param memory the bound
   */
  public HostMemory(OrtEnvironment environment, DirectMemory memory) {
    this.environment = environment;
    this.memory = memory;
  }

  @Override
  public boolean isHost() {
    return true;
  }

  @Override
  public long largest() {
    return HostTensor.MAX_BYTES;
  }

  @Override
  public void require(String what, long bytes) {
    memory.require(what, bytes);
  }

  @Override
  public Block take(String what, long bytes) {
    return new HostBlock(environment, HostTensor.allocate(DType.U8, bytes));
  }

  /** A tensor of the runtime over the elements of ours; nothing is copied. */
  public static OnnxTensor tensor(OrtEnvironment environment, HostTensor host) {
    try {
      return OnnxTensor.createTensor(
          environment, host.bytes(), host.sizes(), ElementTypes.java(host.dtype()));
    } catch (OrtException e) {
      throw new DeviceFailureException(
          host + " was not accepted by ONNX Runtime: " + e.getMessage(), e);
    }
  }

  @Override
  public long leftOfLimit() {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean isRoomy() {
    // Other processes want it too.
    return false;
  }

  @Override
  public Placement placement(OrtSession session) {
    return Placement.UNKNOWN;
  }

  @Override
  public String report() {
    return "";
  }

  @Override
  public void close() {
    // Buffers are collected.
  }

  static final class HostBlock extends Block {
    private final OrtEnvironment environment;
    private final ByteBuffer all;

    HostBlock(OrtEnvironment environment, HostTensor all) {
      super(all.elements());
      this.environment = environment;
      this.all = all.bytes();
    }

    private HostTensor view(DType dtype, long at, long... sizes) {
      int length = dtype.bytes();
      for (long size : sizes) {
        length = Math.toIntExact(length * size);
      }
      return HostTensor.wrap(
          dtype, all.slice(Math.toIntExact(at), length).order(all.order()), sizes);
    }

    @Override
    OnnxTensor tensor(TensorType type, long at) {
      return HostMemory.tensor(environment, host(type, at));
    }

    @Override
    HostTensor host(TensorType type, long at) {
      return view(type.dtype(), at, type.shape().sizes());
    }

    @Override
    void write(long at, HostTensor from) {
      view(from.dtype(), at, from.elements()).bytes().put(from.bytes());
    }

    @Override
    void read(HostTensor to, long at) {
      to.bytes().put(view(to.dtype(), at, to.elements()).bytes());
    }

    @Override
    void clear(long at, long length) {
      ByteBuffer part = view(DType.U8, at, length).bytes();
      while (part.remaining() >= Long.BYTES) {
        part.putLong(0);
      }
      while (part.hasRemaining()) {
        part.put((byte) 0);
      }
    }

    @Override
    void copy(long at, Block from, long start, long length) {
      ByteBuffer source = ((HostBlock) from).view(DType.U8, start, length).bytes();
      view(DType.U8, at, length).bytes().put(source);
    }

    @Override
    void close() {
      // The buffer is collected with the last view of it.
    }
  }
}
