package dev.fettle.backend.onnxruntime.device;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.HostTensor;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The memory of one GPU. Serves one thread at a time, as the backend does.
 *
 * <p>What is uploaded or downloaded crosses the bus in pieces, so that no more than a piece of it
 * is ever held twice by the driver.
 */
public final class CudaMemory implements Memory {
  private static final int PIECE = 64 << 20;
  private static final double GIB = 1L << 30;

  private final int device;
  private final long limit;
  private final CudaRuntime cuda;
  private final OrtInterface ort;
  private long taken;
  private long most;
  private long asked;
  private boolean roomy;

  /**
   * The memory of a card. ONNX Runtime must have loaded its CUDA provider.
   *
   * @param device which card
   * @param limit the most bytes to take of it
   * @throws dev.fettle.spi.DeviceUnavailableException if the libraries cannot be reached
   */
  public CudaMemory(int device, OptionalLong limit) {
    this.limit = limit.orElse(Long.MAX_VALUE);
    this.device = device;
    this.cuda = new CudaRuntime(device);
    this.ort = new OrtInterface(device);
  }

  /** How many cards this process may use, by the CUDA runtime that ONNX Runtime has loaded. */
  public static int cards() {
    return CudaRuntime.count();
  }

  @Override
  public boolean isHost() {
    return false;
  }

  @Override
  public long largest() {
    return Long.MAX_VALUE;
  }

  @Override
  public void require(String what, long bytes) {
    CudaRuntime.Room room = cuda.room();
    observe(room);
    if (bytes > room.free() || bytes > limit - taken) {
      throw shortage(what, bytes, room);
    }
  }

  @Override
  public long leftOfLimit() {
    return limit == Long.MAX_VALUE ? limit : Math.max(0, limit - taken);
  }

  private void observe(CudaRuntime.Room room) {
    most = Math.max(most, room.total() - room.free());
  }

  private DeviceFailureException shortage(String what, long bytes, CudaRuntime.Room room) {
    return new DeviceFailureException(
        what
            + " needs "
            + size(bytes)
            + " of the memory of gpu:"
            + device
            + ", where "
            + size(Math.min(room.free(), leftOfLimit()))
            + " of "
            + size(Math.min(room.total(), limit))
            + (limit == Long.MAX_VALUE ? "" : " (backend.options.gpuMemory)")
            + " are left. Make the model, the batch (train.microBatchSize) or the length"
            + " (data.maxLength) smaller, or stop what else uses the card",
        null);
  }

  @Override
  public Block take(String what, long bytes) {
    long address = bytes > limit - taken ? 0 : cuda.take(bytes);
    if (address == 0) {
      throw shortage(what, bytes, cuda.room());
    }
    taken += bytes;
    return new CudaBlock(address, bytes);
  }

  @Override
  public boolean isRoomy() {
    // Asking the driver takes longer than a small kernel; at first much changes, later little.
    if (asked++ < 64 || asked % 64 == 0) {
      CudaRuntime.Room room = cuda.room();
      observe(room);
      roomy = room.free() > room.total() / 4;
    }
    return roomy;
  }

  @Override
  public Placement placement(OrtSession session) {
    return Placement.of(ort.assigned(session), device);
  }

  @Override
  public String report() {
    CudaRuntime.Room room = cuda.room();
    observe(room);
    return String.format(
        Locale.ROOT,
        "gpu:%d: %s of %s taken, %s of them by state, at most %s so far",
        device,
        size(room.total() - room.free()),
        size(room.total()),
        size(taken),
        size(most));
  }

  static String size(long bytes) {
    return bytes >= GIB
        ? String.format(Locale.ROOT, "%.2f GiB", bytes / GIB)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }

  @Override
  public void close() {
    ort.close();
  }

  final class CudaBlock extends Block {
    private final long address;

    CudaBlock(long address, long bytes) {
      super(bytes);
      this.address = address;
    }

    @Override
    OnnxTensor tensor(TensorType type, long at) {
      return ort.tensor(address + at, type);
    }

    @Override
    HostTensor host(TensorType type, long at) {
      throw new IllegalStateException(type + " lies on gpu:" + device);
    }

    @Override
    void write(long at, HostTensor from) {
      ByteBuffer all = from.bytes();
      for (int done = 0; done < all.capacity(); done += PIECE) {
        cuda.write(address + at + done, all.slice(done, Math.min(PIECE, all.capacity() - done)));
      }
      // The last of it may still be on its way.
      cuda.settle();
    }

    @Override
    void read(HostTensor to, long at) {
      ByteBuffer all = to.bytes();
      for (int done = 0; done < all.capacity(); done += PIECE) {
        cuda.read(all.slice(done, Math.min(PIECE, all.capacity() - done)), address + at + done);
      }
    }

    @Override
    void clear(long at, long length) {
      cuda.clear(address + at, length);
    }

    @Override
    void copy(long at, Block from, long start, long length) {
      cuda.move(address + at, ((CudaBlock) from).address + start, length);
    }

    @Override
    void close() {
      taken -= bytes();
      cuda.free(address);
    }
  }
}
