package dev.fettle.data.batch;

import dev.fettle.models.random.RandomStream;

/**
 * In which order rows are visited, and how often.
 *
 * @param shuffle whether each epoch has its own random order; else file order
 * @param seed of the random orders
 * @param epochs passes over the data, or {@link #ENDLESS}
 */
public record Order(boolean shuffle, long seed, long epochs) {

  /** As many passes as somebody asks for. */
  public static final long ENDLESS = Long.MAX_VALUE;

  /** Checks the number of passes. */
  public Order {
    if (epochs < 1) {
      throw new IllegalArgumentException("epochs must be at least 1, not " + epochs);
    }
  }

  /** Endless passes, each in its own random order. */
  public static Order shuffled(long seed) {
    return new Order(true, seed, ENDLESS);
  }

  /** Endless passes in file order. */
  public static Order inOrder() {
    return new Order(false, 0, ENDLESS);
  }

  /** One pass in file order. */
  public static Order onePass() {
    return new Order(false, 0, 1);
  }

  /** The rows of one epoch in the order of their visit: a permutation of {@code 0 .. rows - 1}. */
  public int[] visits(long epoch, int rows) {
    int[] visits = new int[rows];
    for (int i = 0; i < rows; i++) {
      visits[i] = i;
    }
    if (shuffle) {
      RandomStream random = RandomStream.of(seed, RandomStream.Purpose.SHUFFLE, epoch, 0);
      // Fisher-Yates: every order is equally likely.
      for (int i = rows - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = visits[i];
        visits[i] = visits[j];
        visits[j] = swapped;
      }
    }
    return visits;
  }
}
