package dev.fettle.data.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * One of the two sides that rows are divided into, some to evaluate on and the rest to train on.
 *
 * <p>Rows are ordered by a number drawn from the seed and what the row holds, and the lowest are
 * evaluated on. So the same rows and seed give the same sides, whatever the files are called and in
 * whatever order they are read; equal rows are on one side; and rows that are added move few
 * others.
 *
 * @param seed of the draw
 * @param fraction of the rows to evaluate on, between 0 and 1; at least one row is on either side
 * @param evaluation whether this is the side to evaluate on
 */
public record RowSplit(long seed, double fraction, boolean evaluation) {

  /** Checks the fraction. */
  public RowSplit {
    if (!(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException("a fraction is between 0 and 1, not " + fraction);
    }
  }

  /** The number by which a row is ordered. */
  long draw(ObjectNode fields) {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
    digest.update(fields.toString().getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  /**
   * The highest number that is still evaluated on.
   *
   * @param draws of all rows; sorted by this
   * @throws DataException where the rows cannot be divided
   */
  long threshold(long[] draws, Object files) {
    Arrays.sort(draws);
    long wanted = Math.round(fraction * draws.length);
    int last = (int) Math.max(0, Math.min(draws.length - 2, wanted - 1));
    if (draws.length < 2 || draws[last] == draws[draws.length - 1]) {
      throw new DataException(
          files
              + ": "
              + draws.length
              + " rows cannot be divided by data.evalFraction, all being equal or one; name rows to"
              + " evaluate on with data.eval");
    }
    return draws[last];
  }

  /** Whether a row is on this side. */
  boolean holds(ObjectNode fields, long threshold) {
    return (draw(fields) <= threshold) == evaluation;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
