package dev.fettle.data.batch;

/**
 * How rows become steps.
 *
 * @param batchSize rows of one optimizer step: packed rows where packing is on, else examples
 * @param microBatchSize rows of one program run; changes speed and memory only
 * @param dropLast whether an epoch's last, incomplete step is left out
 * @param order order of rows and number of epochs
 * @param prefetch steps to prepare ahead in the background; 0 for none
 */
public record BatchOptions(
    int batchSize, int microBatchSize, boolean dropLast, Order order, int prefetch) {

  /** Steps prepared ahead unless somebody says otherwise. */
  public static final int DEFAULT_PREFETCH = 4;

  /** Checks the sizes. */
  public BatchOptions {
    if (batchSize < 1 || microBatchSize < 1 || prefetch < 0) {
      throw new IllegalArgumentException(
          "batchSize and microBatchSize must be at least 1 and prefetch at least 0, not "
              + batchSize
              + ", "
              + microBatchSize
              + " and "
              + prefetch);
    }
  }

  /** Keeps the last, incomplete step of an epoch. */
  public static BatchOptions of(int batchSize, int microBatchSize, Order order) {
    return new BatchOptions(batchSize, microBatchSize, false, order, DEFAULT_PREFETCH);
  }
}
