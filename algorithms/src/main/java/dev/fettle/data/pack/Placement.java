package dev.fettle.data.pack;

/**
 * Where a stretch of an example lies in a micro-batch.
 *
 * @param example index in {@link RowPlan#examples()}
 * @param offset first token of the example that is here; 0 unless the example was split
 * @param row row of the micro-batch
 * @param start first column
 * @param length number of tokens
 */
public record Placement(int example, int offset, int row, int start, int length) {}
