package dev.fettle.spi;

import dev.fettle.program.Program;

/**
 * Compiles and runs programs on one device. Knows operations, never algorithms.
 *
 * <p>Serves one thread at a time, with its states, programs and results; threads may take turns. A
 * call while another thread's is running gives the right result or is an {@link
 * IllegalStateException} ({@link dev.fettle.spi.support.SoleUseBackend} sees to that for any
 * backend). Closing a backend closes what it made.
 */
public interface Backend extends AutoCloseable {

  /** The provider's id. */
  String id();

  /** Where it computes. */
  Device device();

  /** What it has kernels for. */
  Capabilities capabilities();

  /** Empty state, to hold parameters, gradients and optimizer moments. */
  DeviceState newState(String name);

  /**
   * Compiles a program. The same program may be compiled several times.
   *
   * @throws UnsupportedProgramException listing everything it has no kernel for, with origins
   */
  Executable compile(Program program, CompileOptions options);

  /** Compiles with {@link CompileOptions#DEFAULT}. */
  default Executable compile(Program program) {
    return compile(program, CompileOptions.DEFAULT);
  }

  @Override
  void close();
}
