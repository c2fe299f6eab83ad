package dev.fettle.spi.cuda;

import java.util.List;

/**
 * What a runtime needs of CUDA.
 *
 * @param runtime its name, for messages
 * @param versions what to install, as in {@code CUDA 12 and cuDNN 9}
 * @param major the CUDA version its libraries are of; a driver must know it
 * @param libraries in an order in which each finds what it needs among those before
 * @param compiles true where it also compiles kernels as it runs
 */
public record Needs(
    String runtime, String versions, int major, List<String> libraries, boolean compiles) {

  /** Keeps an immutable copy. */
  public Needs {
    libraries = List.copyOf(libraries);
  }
}
