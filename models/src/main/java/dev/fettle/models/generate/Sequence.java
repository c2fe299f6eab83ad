package dev.fettle.models.generate;

import dev.fettle.models.random.RandomStream;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** One sequence being generated: its prompt, what was added, and the numbers it draws. */
final class Sequence {
  private static final int ROOM = 16;

  private final Name name;
  private final RandomStream draws;
  private final int promptLength;
  private final int limit;
  private final BitSet seen = new BitSet();
  private int[] ids;
  private float[] logProbs = new float[ROOM];
  private float[] samplingLogProbs = new float[ROOM];
  private int length;
  private int row;
  private @Nullable StopReason reason;

  /**
   * Which sequence it is.
   *
   * @param row among the results
   * @param prompt index of its prompt
   * @param sample which of the prompt's
   */
  record Name(int row, int prompt, int sample) {}

  /**
   * A sequence of its prompt alone.
   *
   * @param limit new tokens at most
   * @param draws its own stream
   */
  Sequence(Name name, int[] prompt, int limit, RandomStream draws) {
    this.name = name;
    this.ids = Arrays.copyOf(prompt, prompt.length + ROOM);
    this.promptLength = prompt.length;
    this.length = prompt.length;
    this.limit = limit;
    this.draws = draws;
    Arrays.stream(prompt).forEach(seen::set);
  }

  Name name() {
    return name;
  }

  RandomStream draws() {
    return draws;
  }

  /** The tokens that are there, the prompt's among them. */
  BitSet seen() {
    return seen;
  }

  /** Its row of the cache. */
  int row() {
    return row;
  }

  /** Takes a row of the cache. */
  void occupy(int own) {
    row = own;
  }

  int promptLength() {
    return promptLength;
  }

  int newest() {
    return ids[length - 1];
  }

  /** Where the newest token stands, from 0. */
  int position() {
    return length - 1;
  }

  /** How many tokens may still come. */
  int left() {
    return limit - (length - promptLength);
  }

  boolean isOver() {
    return reason != null;
  }

  void add(Pick pick) {
    int at = length - promptLength;
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length);
    }
    if (at == logProbs.length) {
      logProbs = Arrays.copyOf(logProbs, 2 * at);
      samplingLogProbs = Arrays.copyOf(samplingLogProbs, 2 * at);
    }
    ids[length++] = pick.id();
    logProbs[at] = pick.logProb();
    samplingLogProbs[at] = pick.samplingLogProb();
    seen.set(pick.id());
  }

  void end(StopReason why) {
    reason = why;
  }

  /** Where the next token would stand, for messages. */
  String place() {
    return "new token "
        + (length - promptLength + 1)
        + " of prompt "
        + name.prompt()
        + (name.sample() == 0 ? "" : ", sample " + name.sample());
  }

  Generation result() {
    int fresh = length - promptLength;
    return new Generation(
        Arrays.copyOfRange(ids, promptLength, length),
        Arrays.copyOf(logProbs, fresh),
        Arrays.copyOf(samplingLogProbs, fresh),
        reason == null ? StopReason.LIMIT : reason);
  }
}
