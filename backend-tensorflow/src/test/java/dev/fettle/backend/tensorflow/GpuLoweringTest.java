package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.AllContracts;

/** The rules hold for what is written for a GPU, wherever its nodes are put. */
class GpuLoweringTest extends AllContracts {
  @Override
  protected BackendProvider provider() {
    return new GpuLowering();
  }
}
