package dev.fettle.algorithm.preference;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.data.preference.PreferencePair.Members;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The pairs of a micro-batch. Pair {@code i} is answers {@code 2 i}, the chosen one, and {@code 2 i
 * + 1} of {@link #answers}, which are those of {@link MicroBatch#answers} but for targets.
 *
 * @param rows their tokens
 * @param margins by how much each chosen answer is better, {@code [pairs]}
 * @param reference each answer's log-probability under the reference, {@code [2 pairs]}; zeros
 *     where there is none
 * @param held targets of pairs that have one
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record PairBatch(MicroBatch rows, float[] margins, float[] reference, List<Held> held) {

  /**
   * An answer a model is held to, beside those of its pair.
   *
   * @param pair its number
   * @param at where it lies
   */
  public record Held(int pair, Placement at) {}

  /** Checks the sizes. */
  public PairBatch {
    if (reference.length != 2 * margins.length) {
      throw new IllegalArgumentException(
          margins.length + " pairs have twice as many answers, not " + reference.length);
    }
    held = List.copyOf(held);
  }

  /** Pairs without targets. */
  public PairBatch(MicroBatch rows, float[] margins, float[] reference) {
    this(rows, margins, reference, List.of());
  }

  /**
   * The pairs of rows.
   *
   * @param pairs that were laid out
   * @param examplesOfPair {@link PreferencePair#PROMPTED} or {@link PreferencePair#APART}
   */
  public static PairBatch of(MicroBatch rows, List<PreferencePair> pairs, int examplesOfPair) {
    List<Placement> answers = rows.answers();
    float[] margins = new float[answers.size() / 2];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = pairs.get(answers.get(2 * i).example() / examplesOfPair).margin();
    }
    return new PairBatch(rows, margins, new float[2 * margins.length]);
  }

  /** The pairs of rows, some of which may have a target. */
  public static PairBatch of(MicroBatch rows, List<PreferencePair> pairs, Members members) {
    if (!members.targets()) {
      return of(rows, pairs, members.count());
    }
    List<Float> margins = new ArrayList<>();
    List<Held> held = new ArrayList<>();
    int answers = 0;
    for (Placement at : rows.answers()) {
      if (members.isTarget(at.example())) {
        // It stands behind both answers of its pair.
        held.add(new Held(margins.size() - 1, at));
      } else if (answers++ % 2 == 0) {
        margins.add(pairs.get(at.example() / members.count()).margin());
      }
    }
    float[] all = new float[margins.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = margins.get(i);
    }
    return new PairBatch(rows, all, new float[2 * all.length], held);
  }

  /** Where the pairs' answers lie: chosen and rejected in turn. */
  public List<Placement> answers() {
    if (held.isEmpty()) {
      return rows.answers();
    }
    Set<Placement> targets = held.stream().map(Held::at).collect(Collectors.toSet());
    return rows.answers().stream().filter(at -> !targets.contains(at)).toList();
  }

  /** Where all answers lie: those of the pairs, then the targets. */
  List<Placement> withTargets() {
    List<Placement> all = new ArrayList<>(answers());
    held.forEach(h -> all.add(h.at()));
    return all;
  }

  /**
   * By how much each answer's log-probability counts in that of the targets, less that of the
   * chosen answers they stand for; by the numbers of {@link #withTargets}.
   *
   * @param share of a pair
   * @param size of the array, the rest of which is 0
   */
  float[] targetShares(float share, int size) {
    float[] shares = new float[size];
    for (int i = 0; i < held.size(); i++) {
      shares[2 * pairs() + i] = share;
      shares[2 * held.get(i).pair()] = -share;
    }
    return shares;
  }

  /** The same with a reference. */
  public PairBatch against(float[] other) {
    return new PairBatch(rows, margins, other, held);
  }

  /** How many there are. */
  public int pairs() {
    return margins.length;
  }

  /** Tokens of each answer, {@code [2 pairs]}. */
  int[] lengths() {
    return answers().stream().mapToInt(rows::targets).toArray();
  }

  /**
   * The tokens of one side's answers.
   *
   * @param side 0 for chosen answers, 1 for rejected ones
   * @return {@code [rows * length]}: 1 at each
   */
  float[] answerTokens(int side) {
    float[] tokens = new float[rows.targetMask().length];
    List<Placement> answers = answers();
    for (int answer = side; answer < answers.size(); answer += 2) {
      int from = from(answers.get(answer));
      for (int i = from; i < from + answers.get(answer).length(); i++) {
        tokens[i] = rows.targetMask()[i];
      }
    }
    return tokens;
  }

  /**
   * What each token counts in its answer's log-probability.
   *
   * @param tail what the tokens of the longer answer beyond the shorter one's length count
   * @return {@code [rows * length]}; 0 at what is no answer
   */
  public float[] tokenWeights(double tail) {
    float[] weights = new float[rows.targetMask().length];
    int[] lengths = lengths();
    List<Placement> answers = answers();
    for (int answer = 0; answer < answers.size(); answer++) {
      int shorter = Math.min(lengths[answer], lengths[answer ^ 1]);
      int from = from(answers.get(answer));
      int before = 0;
      for (int i = from; i < from + answers.get(answer).length(); i++) {
        if (rows.targetMask()[i] != 0) {
          weights[i] = before++ < shorter ? 1 : (float) tail;
        }
      }
    }
    return weights;
  }

  /**
   * The tokens whose likelihood is learnt: those of chosen answers.
   *
   * @param withPrompt whether those of their prompts are too, but for the first, which nothing
   *     comes before
   * @return {@code [rows * length]}: 1 at each
   */
  float[] learnt(boolean withPrompt) {
    if (!withPrompt) {
      return answerTokens(0);
    }
    float[] learnt = new float[rows.targetMask().length];
    List<Placement> answers = answers();
    for (int answer = 0; answer < answers.size(); answer += 2) {
      Placement at = answers.get(answer);
      int own = rows.segments()[from(at)];
      int prompt = rows.prompts()[from(at)];
      // A shared prompt stands right before the chosen answer, whose first token is its last one.
      for (int i = at.row() * rows.length(); i < from(at) + at.length(); i++) {
        int segment = rows.segments()[i];
        if ((segment == own || segment == prompt) && rows.positions()[i] > 0) {
          learnt[i] = 1;
        }
      }
    }
    return learnt;
  }

  /** A mask of all that is predicted where prompts of chosen answers are, too. */
  byte[] predictedWithPrompts() {
    byte[] mask = rows.targetMask().clone();
    float[] learnt = learnt(true);
    for (int i = 0; i < mask.length; i++) {
      if (learnt[i] != 0) {
        mask[i] = 1;
      }
    }
    return mask;
  }

  private int from(Placement at) {
    return at.row() * rows.length() + at.start();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PairBatch that
        && rows.equals(that.rows)
        && Arrays.equals(margins, that.margins)
        && Arrays.equals(reference, that.reference)
        && held.equals(that.held);
  }

  @Override
  public int hashCode() {
    return rows.hashCode();
  }

  @Override
  public String toString() {
    return "PairBatch[" + pairs() + " pairs in " + rows + "]";
  }
}
