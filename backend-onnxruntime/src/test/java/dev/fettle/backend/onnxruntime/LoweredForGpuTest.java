package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.ComputingContracts;

/**
 * The contracts on programs as a GPU would be given them, computed by the CPU's kernels. Long sums
 * are not among them: a GPU's kernel takes a row of millions, the CPU's does not.
 */
class LoweredForGpuTest extends ComputingContracts {
  @Override
  protected BackendProvider provider() {
    return new FlatProvider();
  }
}
