package dev.fettle.models.random;

/**
 * A stream of random numbers named by what it is for: seed, purpose, step and micro-step. Two
 * streams of one name are equal, two of different names independent, so nothing need be saved to
 * repeat a draw.
 *
 * <p>Holds up to 2^34 32-bit words. Used by one thread.
 */
public final class RandomStream {

  /**
   * What a stream is for. The codes are part of every run's identity: never change or reuse one.
   */
  public enum Purpose {
    /** The order of training rows; step is the epoch. */
    SHUFFLE(1),
    /** The choice of the next token; step is the sequence or training step. */
    SAMPLE(2),
    /** The first values of parameters. */
    INIT(3),
    /** Dropout masks. */
    DROPOUT(4),
    /** Noise added to embeddings. */
    NOISE(5),
    /** Made-up data: demonstrations and tests. */
    DATA(6),
    /** Which rows of a source a mixture takes; micro is the source. */
    MIX(7),
    /** The principle an answer is judged by; step is the row, micro the round. */
    PRINCIPLE(20);

    private final int code;

    Purpose(int code) {
      this.code = code;
    }
  }

  private static final int MICRO_BITS = 24;
  private static final long MOST_WORDS = 1L << 34;

  private final long key;
  private final int name;
  private final long step;
  private final int[] words = new int[4];
  private int blocks;
  private int next = 4;

  private RandomStream(long key, int name, long step) {
    this.key = key;
    this.name = name;
    this.step = step;
  }

  /**
   * The stream of that name, at its beginning.
   *
   * @param seed the run's seed
   * @param purpose what the numbers are for
   * @param step optimizer step, epoch or sequence number
   * @param micro micro-step within the step, 0 to 2^24 - 1
   */
  public static RandomStream of(long seed, Purpose purpose, long step, int micro) {
    if (micro < 0 || micro >= 1 << MICRO_BITS) {
      throw new IllegalArgumentException("micro-step out of range: " + micro);
    }
    return new RandomStream(seed, purpose.code << MICRO_BITS | micro, step);
  }

  /**
   * The same stream from a later place on, as if so many of its numbers had been taken: parts of
   * one stream can be drawn at the same time.
   *
   * @param words 32-bit words before it, a multiple of four, at most 2^34
   */
  public RandomStream after(long words) {
    if (words < 0 || words % this.words.length != 0 || words > MOST_WORDS) {
      throw new IllegalArgumentException("no stream begins after " + words + " words");
    }
    RandomStream later = new RandomStream(key, name, step);
    later.blocks = (int) (words / this.words.length);
    return later;
  }

  /** 32 random bits. */
  public int nextInt() {
    if (next == 4) {
      words[0] = blocks++;
      words[1] = name;
      words[2] = (int) step;
      words[3] = (int) (step >>> 32);
      Philox.block(words, key);
      next = 0;
    }
    return words[next++];
  }

  /**
   * Uniform in {@code 0 .. bound - 1}, without bias (Lemire, "Fast random integer generation in an
   * interval", 2019).
   *
   * @throws IllegalArgumentException unless the bound is positive
   */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive, not " + bound);
    }
    long product = Integer.toUnsignedLong(nextInt()) * bound;
    if ((product & 0xFFFFFFFFL) < bound) {
      long least = (1L << 32) % bound;
      while ((product & 0xFFFFFFFFL) < least) {
        product = Integer.toUnsignedLong(nextInt()) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /** 64 random bits. */
  public long nextLong() {
    long high = nextInt();
    return high << 32 | Integer.toUnsignedLong(nextInt());
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [0, 1), a multiple of 2^-24. */
  public float nextFloat() {
    return (nextInt() >>> 8) * 0x1.0p-24f;
  }

  /** Standard normal (Box and Muller, 1958; the second of the pair is not kept). */
  public double nextGaussian() {
    double radius = Math.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }
}
