package dev.fettle.backend.tensorflow;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import dev.fettle.spi.DeviceUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.Loader;

/**
 * TensorFlow's switches for the whole process, which neither its C interface nor its Java binding
 * has: they are functions of the runtime's library. On a GPU a product rounds its operands to
 * TensorFloat-32 unless told not to, and sums that several threads add to may differ from run to
 * run.
 */
final class ProcessSwitches {
  private static final String FRAMEWORK = "libtensorflow_framework.so.2";
  private static final String SET_TF32 = "_ZN3tsl32enable_tensor_float_32_executionEb";
  private static final String TF32 = "_ZN3tsl33tensor_float_32_execution_enabledEv";
  private static final String SET_DETERMINISTIC = "_ZN3tsl19EnableOpDeterminismEb";
  private static final String DETERMINISTIC = "_ZN3tsl21OpDeterminismRequiredEv";

  private final Function setTf32;
  private final Function tf32;
  private final Function setDeterministic;
  private final Function deterministic;

  private ProcessSwitches(NativeLibrary library) {
    setTf32 = library.getFunction(SET_TF32);
    tf32 = library.getFunction(TF32);
    setDeterministic = library.getFunction(SET_DETERMINISTIC);
    deterministic = library.getFunction(DETERMINISTIC);
  }

  /**
   * Those of the library that is loaded already.
   *
   * @throws DeviceUnavailableException if it has none: then precision could not be kept
   */
  static ProcessSwitches loaded() {
    try {
      return new ProcessSwitches(NativeLibrary.getInstance(library().toString()));
    } catch (UnsatisfiedLinkError e) {
      throw new DeviceUnavailableException(
          "this build of TensorFlow cannot be told to keep F32 products F32 on a GPU: "
              + FirstLine.of(String.valueOf(e.getMessage())),
          e);
    }
  }

  /** The file it was loaded from: opened once more, it is the same library. */
  private static Path library() {
    Map<String, String> loaded = Loader.getLoadedLibraries();
    return loaded.values().stream()
        .filter(Objects::nonNull)
        .map(file -> Path.of(file).resolveSibling(FRAMEWORK))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new UnsatisfiedLinkError("there is no " + FRAMEWORK));
  }

  /** Whether products may round their operands to TensorFloat-32. */
  boolean tf32() {
    return isOn(tf32);
  }

  /** Lets them, or forbids it, from the next operation on. */
  void tf32(boolean on) {
    set(setTf32, on);
  }

  /** Whether the same operation on the same operands must give the same bits. */
  boolean deterministic() {
    return isOn(deterministic);
  }

  /** Makes it so, at the price of slower kernels, or an error where there is none. */
  void deterministic(boolean on) {
    set(setDeterministic, on);
  }

  private static boolean isOn(Function function) {
    // A C++ bool is the lowest byte; the others may hold anything.
    return (function.invokeInt(new Object[0]) & 0xff) != 0;
  }

  private static void set(Function function, boolean on) {
    function.invokeVoid(new Object[] {on ? 1 : 0});
  }
}
