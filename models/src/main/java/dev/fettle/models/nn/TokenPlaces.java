package dev.fettle.models.nn;

import dev.fettle.spi.HostTensor;
import java.util.Arrays;
import java.util.Map;

/**
 * Where the tokens of a grid stand in their own sequences, and how long these are: what a model
 * needs whose rotary angles depend on the length of a sequence.
 *
 * @param rows of the grid
 * @param length tokens of a row
 * @param positions the place of each token in its sequence, from 0; row after row
 * @param lengths tokens of each token's sequence, as far as it is known when the token is read
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record TokenPlaces(int rows, int length, int[] positions, int[] lengths) {

  /** Checks the sizes. */
  public TokenPlaces {
    int size = Math.multiplyExact(rows, length);
    if (positions.length != size || lengths.length != size) {
      throw new IllegalArgumentException(
          "a grid of "
              + rows
              + " x "
              + length
              + " tokens needs as many positions and lengths, given "
              + positions.length
              + " and "
              + lengths.length);
    }
  }

  /**
   * Sequences side by side in rows: each as long as its last position says.
   *
   * @param segments tells the sequences of a row apart, as attention does
   */
  public static TokenPlaces packed(int rows, int length, int[] positions, int[] segments) {
    int[] lengths = new int[positions.length];
    for (int row = 0; row < rows; row++) {
      int end = (row + 1) * length;
      for (int from = row * length, to; from < end; from = to) {
        int longest = 0;
        for (to = from; to < end && segments[to] == segments[from]; to++) {
          longest = Math.max(longest, positions[to] + 1);
        }
        Arrays.fill(lengths, from, to, longest);
      }
    }
    return new TokenPlaces(rows, length, positions, lengths);
  }

  /**
   * The places in the tensors of a batch.
   *
   * @throws IllegalArgumentException where positions or lengths are missing
   */
  static TokenPlaces of(Map<String, HostTensor> batch) {
    HostTensor positions = batch.get(TokenInputs.POSITIONS);
    HostTensor lengths = batch.get(TokenInputs.LENGTHS);
    if (positions == null || lengths == null) {
      throw new IllegalArgumentException(
          "this model's rotary angles depend on the length of a sequence: give "
              + TokenInputs.POSITIONS
              + " and "
              + TokenInputs.LENGTHS
              + ", not only "
              + batch.keySet());
    }
    long[] sizes = positions.sizes();
    return new TokenPlaces((int) sizes[0], (int) sizes[1], positions.toInts(), lengths.toInts());
  }

  /** One token a row, the last of its sequence so far. */
  public static TokenPlaces newest(int[] positions) {
    int[] lengths = Arrays.stream(positions).map(p -> p + 1).toArray();
    return new TokenPlaces(positions.length, 1, positions, lengths);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenPlaces p
        && p.rows == rows
        && p.length == length
        && Arrays.equals(p.positions, positions)
        && Arrays.equals(p.lengths, lengths);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(positions);
  }

  @Override
  public String toString() {
    return rows + "x" + length + " " + Arrays.toString(lengths);
  }
}
