package dev.fettle.data.batch;

import dev.fettle.data.pack.Placement;
import java.util.Arrays;
import java.util.List;

/**
 * The rows one run of a program takes, row-major. The arrays belong to the receiver; nobody else
 * keeps them.
 *
 * @param rows number of rows, the {@code batch} dim
 * @param length columns of each row, the {@code seq} dim
 * @param ids token ids, {@code [rows * length]}; 0 at padding
 * @param positions position within the segment, from 0, {@code [rows * length]}; 0 at padding
 * @param segments which sequence of its row a token belongs to, from 1, {@code [rows * length]}; 0
 *     is padding. Attention must not cross segments.
 * @param prompts the segment of the prompt that a token continues, its own where there is none,
 *     {@code [rows * length]}. A token sees its prompt's tokens too, and counts positions on from
 *     them.
 * @param targetMask 1 at the tokens to be predicted (the logits that predict column {@code t} are
 *     at {@code t - 1}), {@code [rows * length]}; never set at the first token of a segment
 * @param targets sum of {@code targetMask}
 * @param tokens tokens that are not padding
 * @param placements which examples lie where, in row order
 */
// The arrays are handed over as they are: copying each would double the work of collation.
@SuppressWarnings("ArrayRecordComponent")
public record MicroBatch(
    int rows,
    int length,
    int[] ids,
    int[] positions,
    int[] segments,
    int[] prompts,
    byte[] targetMask,
    int targets,
    int tokens,
    List<Placement> placements) {

  /** Checks the sizes. */
  public MicroBatch {
    int size = Math.multiplyExact(rows, length);
    if (ids.length != size
        || positions.length != size
        || segments.length != size
        || prompts.length != size
        || targetMask.length != size) {
      throw new IllegalArgumentException("arrays do not hold " + rows + " rows of " + length);
    }
    placements = List.copyOf(placements);
  }

  /** Rows in which no sequence continues another. */
  public MicroBatch(
      int rows,
      int length,
      int[] ids,
      int[] positions,
      int[] segments,
      byte[] targetMask,
      int targets,
      int tokens,
      List<Placement> placements) {
    this(rows, length, ids, positions, segments, segments, targetMask, targets, tokens, placements);
  }

  /**
   * The same rows with other tokens to be predicted.
   *
   * @param mask as {@code targetMask}; the array is kept
   */
  public MicroBatch predicting(byte[] mask) {
    int count = 0;
    for (byte m : mask) {
      count += m;
    }
    return new MicroBatch(
        rows, length, ids, positions, segments, prompts, mask, count, tokens, placements);
  }

  /** The targets of an example that lies here. */
  public int targets(Placement at) {
    int from = at.row() * length + at.start();
    int sum = 0;
    for (int i = from; i < from + at.length(); i++) {
      sum += targetMask[i];
    }
    return sum;
  }

  /** The placements of examples that have targets, in row order: all but shared prompts. */
  public List<Placement> answers() {
    return placements.stream().filter(at -> targets(at) > 0).toList();
  }

  /** Equal by content. */
  @Override
  public boolean equals(Object other) {
    return other instanceof MicroBatch that
        && rows == that.rows
        && length == that.length
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(positions, that.positions)
        && Arrays.equals(segments, that.segments)
        && Arrays.equals(prompts, that.prompts)
        && Arrays.equals(targetMask, that.targetMask)
        && placements.equals(that.placements);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(targetMask);
  }

  @Override
  public String toString() {
    return "MicroBatch["
        + rows
        + " x "
        + length
        + ", "
        + tokens
        + " tokens, "
        + targets
        + " targets]";
  }
}
