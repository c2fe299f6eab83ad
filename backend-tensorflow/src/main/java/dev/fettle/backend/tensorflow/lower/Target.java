package dev.fettle.backend.tensorflow.lower;

/**
 * What a program is written for. The same operations are fast by other kernels there, and give the
 * same bits twice by other kernels.
 */
public enum Target {
  /** oneDNN and Eigen. */
  CPU,
  /**
   * CUDA. Scattered additions are sums of sorted segments there: the scattering kernels add in
   * whatever order threads arrive, and are taken to the CPU where the same bits are asked for.
   */
  GPU
}
