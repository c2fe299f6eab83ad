package dev.fettle.backend.onnxruntime.device;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.fettle.spi.DeviceFailureException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/** The few functions of CUDA's runtime that moving tensors takes. */
final class CudaRuntime {
  private static final Pattern FILE = Pattern.compile("libcudart\\.so[.0-9]*");
  private static final String NAME =
      System.getProperty("os.name", "").startsWith("Windows") ? "cudart64_12" : "libcudart.so.12";

  private static final int HOST_TO_DEVICE = 1;
  private static final int DEVICE_TO_HOST = 2;
  private static final int DEVICE_TO_DEVICE = 3;
  private static final int OUT_OF_MEMORY = 2;

  private final NativeLibrary library;
  private final int device;

  /** The runtime that ONNX Runtime uses, which has loaded it already. */
  CudaRuntime(int device) {
    this.library = NativeLibraries.loaded(FILE, NAME);
    this.device = device;
  }

  /**
   * Bytes of the card.
   *
   * @param free not taken by anybody
   * @param total of the card
   */
  record Room(long free, long total) {}

  /** How many cards a program may use. */
  static int count() {
    IntByReference n = new IntByReference();
    int error =
        NativeLibraries.loaded(FILE, NAME).getFunction("cudaGetDeviceCount").invokeInt(args(n));
    return error == 0 ? n.getValue() : 0;
  }

  private static Object[] args(Object... args) {
    return args;
  }

  private int call(String function, Object... args) {
    return library.getFunction(function).invokeInt(args);
  }

  /** Calls a function on our card: which one is current, CUDA keeps per thread. */
  private void run(String function, Object... args) {
    int error = call("cudaSetDevice", device);
    if (error == 0) {
      error = call(function, args);
    }
    if (error != 0) {
      call("cudaGetLastError");
      throw new DeviceFailureException(
          function + " on gpu:" + device + " failed: " + message(error), null);
    }
  }

  private String message(int error) {
    Pointer text = library.getFunction("cudaGetErrorString").invokePointer(args(error));
    return (text == null ? "" : text.getString(0) + " ") + "(CUDA error " + error + ")";
  }

  /** Memory of zeros; 0 where there is not so much. */
  long take(long bytes) {
    PointerByReference out = new PointerByReference();
    int error = call("cudaSetDevice", device);
    if (error == 0) {
      error = call("cudaMalloc", out, Math.max(bytes, 1));
    }
    if (error == OUT_OF_MEMORY) {
      // The runtime would hand the same error to whoever asks next.
      call("cudaGetLastError");
      return 0;
    }
    if (error != 0) {
      throw new DeviceFailureException("gpu:" + device + ": " + message(error), null);
    }
    long address = Pointer.nativeValue(out.getValue());
    clear(address, bytes);
    return address;
  }

  void free(long address) {
    run("cudaFree", new Pointer(address));
  }

  void clear(long address, long bytes) {
    if (bytes > 0) {
      run("cudaMemset", new Pointer(address), 0, bytes);
      settle();
    }
  }

  void write(long address, ByteBuffer from) {
    copy(new Pointer(address), from.slice(), (long) from.remaining(), HOST_TO_DEVICE);
  }

  void read(ByteBuffer to, long address) {
    copy(to.slice(), new Pointer(address), (long) to.remaining(), DEVICE_TO_HOST);
  }

  void move(long to, long from, long bytes) {
    copy(new Pointer(to), new Pointer(from), bytes, DEVICE_TO_DEVICE);
    settle();
  }

  private void copy(Object to, Object from, long bytes, int kind) {
    if (bytes > 0) {
      run("cudaMemcpy", to, from, bytes, kind);
    }
  }

  /** Filling and copying within the card only begin it; ONNX Runtime's streams would not wait. */
  void settle() {
    run("cudaDeviceSynchronize");
  }

  Room room() {
    try (Memory free = new Memory(Long.BYTES);
        Memory total = new Memory(Long.BYTES)) {
      run("cudaMemGetInfo", free, total);
      return new Room(free.getLong(0), total.getLong(0));
    }
  }
}
