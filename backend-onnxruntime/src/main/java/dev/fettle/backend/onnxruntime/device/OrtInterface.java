package dev.fettle.backend.onnxruntime.device;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.fettle.backend.onnxruntime.ElementTypes;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DeviceUnavailableException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Tensors over a GPU's memory, which ONNX Runtime's Java interface cannot make: its C interface
 * can, and the Java class can wrap what that gives. The C interface is a table of functions whose
 * order never changes; of the few places used here, those needed to compute are of its first
 * version.
 */
final class OrtInterface {
  private static final Pattern FILE = Pattern.compile("libonnxruntime\\.so[.0-9]*");
  private static final int VERSION = 1;

  private static final int GET_ERROR_MESSAGE = 2;
  private static final int CREATE_TENSOR_WITH_DATA = 49;
  private static final int CREATE_MEMORY_INFO = 68;
  private static final int RELEASE_STATUS = 93;
  private static final int RELEASE_MEMORY_INFO = 94;

  // Of version 24, where the runtime has it.
  private static final int ASSIGNING_VERSION = 24;
  private static final int GET_ASSIGNMENT = 407;
  private static final int GET_PROVIDER = 408;
  private static final int GET_NODES = 409;
  private static final int GET_OPERATOR = 412;

  private static final int DEVICE_ALLOCATOR = 0;
  private static final int DEFAULT_MEMORY = 0;

  private final Pointer base;
  private final Pointer table;
  private final Pointer place;
  private final MethodHandle wrapper;
  private final MethodHandle description;
  private final MethodHandle session;

  /** The interface of the library that the Java classes have loaded. */
  OrtInterface(int device) {
    NativeLibrary library = NativeLibraries.loaded(FILE, "onnxruntime");
    // struct OrtApiBase { const OrtApi* (*GetApi)(uint32_t); const char* (*GetVersionString)(); }
    this.base = library.getFunction("OrtGetApiBase").invokePointer(new Object[0]);
    this.table = function(base, 0).invokePointer(new Object[] {VERSION});
    if (table == null) {
      throw new DeviceUnavailableException("ONNX Runtime's C interface is not version 1 or later");
    }
    PointerByReference out = new PointerByReference();
    check(call(CREATE_MEMORY_INFO, "Cuda", DEVICE_ALLOCATOR, device, DEFAULT_MEMORY, out));
    this.place = out.getValue();
    try {
      MethodHandles.Lookup own = MethodHandles.lookup();
      this.wrapper =
          MethodHandles.privateLookupIn(OnnxTensor.class, own)
              .findConstructor(
                  OnnxTensor.class,
                  MethodType.methodType(void.class, long.class, long.class, TensorInfo.class));
      this.session =
          MethodHandles.privateLookupIn(OrtSession.class, own)
              .findGetter(OrtSession.class, "nativeHandle", long.class);
      this.description =
          MethodHandles.privateLookupIn(TensorInfo.class, own)
              .findConstructor(
                  TensorInfo.class,
                  MethodType.methodType(
                      void.class, long[].class, OnnxJavaType.class, OnnxTensorType.class));
    } catch (ReflectiveOperationException e) {
      throw new DeviceUnavailableException(
          "ONNX Runtime's OnnxTensor cannot be made over device memory: "
              + e.getMessage()
              + ". On the module path its module must be an automatic one, or open"
              + " ai.onnxruntime to dev.fettle.backend.onnxruntime (--add-opens)",
          e);
    }
  }

  private static Function function(Pointer table, int index) {
    return Function.getFunction(table.getPointer((long) Native.POINTER_SIZE * index));
  }

  private Pointer call(int index, Object... args) {
    return function(table, index).invokePointer(args);
  }

  private void check(Pointer status) {
    if (status != null) {
      String message = call(GET_ERROR_MESSAGE, status).getString(0);
      function(table, RELEASE_STATUS).invokeVoid(new Object[] {status});
      throw new DeviceFailureException("ONNX Runtime: " + message, null);
    }
  }

  /** A tensor over memory of the device, which must outlive it. */
  OnnxTensor tensor(long address, TensorType type) {
    long[] sizes = type.shape().sizes();
    PointerByReference out = new PointerByReference();
    try (Memory dims = new Memory(Math.max(1, sizes.length) * (long) Long.BYTES)) {
      dims.write(0, sizes, 0, sizes.length);
      check(
          call(
              CREATE_TENSOR_WITH_DATA,
              place,
              new Pointer(address),
              type.bytes(),
              dims,
              (long) sizes.length,
              ElementTypes.proto(type.dtype()).getNumber(),
              out));
    }
    OnnxJavaType java = ElementTypes.java(type.dtype());
    try {
      TensorInfo info =
          (TensorInfo) description.invokeExact(sizes, java, OnnxTensorType.mapFromJavaType(java));
      return (OnnxTensor) wrapper.invokeExact(Pointer.nativeValue(out.getValue()), 0L, info);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new DeviceFailureException("a tensor over device memory was not made: " + e, e);
    }
  }

  /**
   * The nodes of a session by the provider that runs them and by operator. The session must have
   * been told to record this.
   *
   * @return empty where the runtime is too old to tell
   */
  Map<String, Map<String, Integer>> assigned(OrtSession of) {
    if (function(base, 0).invokePointer(new Object[] {ASSIGNING_VERSION}) == null) {
      return Map.of();
    }
    Map<String, Map<String, Integer>> all = new TreeMap<>();
    for (Pointer part : list(GET_ASSIGNMENT, new Pointer(handle(of)))) {
      Map<String, Integer> operators =
          all.computeIfAbsent(text(GET_PROVIDER, part), k -> new TreeMap<>());
      for (Pointer node : list(GET_NODES, part)) {
        operators.merge(text(GET_OPERATOR, node), 1, Integer::sum);
      }
    }
    return all;
  }

  private long handle(OrtSession of) {
    try {
      return (long) session.invokeExact(of);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new DeviceFailureException("a session has no handle: " + e, e);
    }
  }

  private Pointer[] list(int index, Pointer of) {
    PointerByReference first = new PointerByReference();
    LongByReference count = new LongByReference();
    check(call(index, of, first, count));
    return count.getValue() == 0
        ? new Pointer[0]
        : first.getValue().getPointerArray(0, Math.toIntExact(count.getValue()));
  }

  private String text(int index, Pointer of) {
    PointerByReference out = new PointerByReference();
    check(call(index, of, out));
    return out.getValue().getString(0);
  }

  void close() {
    function(table, RELEASE_MEMORY_INFO).invokeVoid(new Object[] {place});
  }
}
