package dev.fettle.integration;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A decision process written down as tables, which ends after so many actions. Its first states are
 * the contexts that it may begin in, all of them as likely.
 *
 * @param length actions of an episode
 * @param contexts that it may begin in
 * @param next state, by state and action
 * @param pay of an action in a state
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record TableMdp(int length, int contexts, int[][] next, double[][] pay) {
  private static final int ACTIONS = 8;

  /** One action; each context has its own best, and the second best pays little more than half. */
  static TableMdp bandit() {
    int contexts = 4;
    double[][] pay = new double[contexts][ACTIONS];
    for (int c = 0; c < contexts; c++) {
      for (int a = 0; a < ACTIONS; a++) {
        pay[c][a] = 0.1 * ((5 * a + 3 * c) % 7);
      }
      pay[c][(3 * c + 1) % ACTIONS] = 1;
    }
    return new TableMdp(1, contexts, new int[contexts][ACTIONS], pay);
  }

  /**
   * Four rooms, three actions. A coin lies before each door: who takes it is paid at once, and for
   * the last time. The key pays less, and opens; inside there is a little for anything, more for
   * the gem, and behind the gem a crown. What is what differs from room to room, and a token that
   * is a gem here is a coin there.
   */
  static TableMdp rooms() {
    int[] coin = {5, 2, 7, 0};
    int[] key = {2, 7, 4, 3};
    int[] gem = {6, 1, 3, 5};
    int[] crown = {4, 0, 1, 6};
    int rooms = coin.length;
    // Before the door, inside, behind the gem, elsewhere inside; and where nothing pays any more.
    int over = 4 * rooms;
    int[][] next = new int[over + 1][ACTIONS];
    double[][] pay = new double[over + 1][ACTIONS];
    for (int[] state : next) {
      Arrays.fill(state, over);
    }
    for (int r = 0; r < rooms; r++) {
      int inside = rooms + r;
      int behind = 2 * rooms + r;
      int elsewhere = 3 * rooms + r;
      pay[r][coin[r]] = 0.3;
      pay[r][key[r]] = 0.1;
      next[r][key[r]] = inside;
      Arrays.fill(pay[inside], 0.1);
      pay[inside][gem[r]] = 0.4;
      Arrays.fill(next[inside], elsewhere);
      next[inside][gem[r]] = behind;
      Arrays.fill(pay[behind], 0.1);
      pay[behind][crown[r]] = 0.5;
      Arrays.fill(pay[elsewhere], 0.1);
      pay[elsewhere][crown[r]] = 0.2;
    }
    return new TableMdp(3, rooms, next, pay);
  }

  int actions() {
    return ACTIONS;
  }

  /** The best expected return, by backward induction. */
  double best() {
    return byContexts(values(row -> Arrays.stream(row).max().orElseThrow()));
  }

  /** That of actions drawn alike. */
  double uniform() {
    return byContexts(values(row -> Arrays.stream(row).average().orElseThrow()));
  }

  /** Of states with the whole episode to go, by what is made of the values of actions. */
  private double[] values(ToDoubleFunction<double[]> of) {
    double[] values = new double[next.length];
    for (int t = 0; t < length; t++) {
      double[] later = values;
      values = new double[next.length];
      for (int s = 0; s < values.length; s++) {
        double[] row = pay[s].clone();
        for (int a = 0; a < ACTIONS; a++) {
          row[a] += later[next[s][a]];
        }
        values[s] = of.applyAsDouble(row);
      }
    }
    return values;
  }

  private double byContexts(double[] values) {
    return Arrays.stream(values).limit(contexts).average().orElseThrow();
  }

  /** Of taking what pays most at once, each time. */
  double greedy() {
    double sum = 0;
    for (int c = 0; c < contexts; c++) {
      int[] actions = new int[length];
      int state = c;
      for (int t = 0; t < length; t++) {
        for (int a = 1; a < ACTIONS; a++) {
          actions[t] = pay[state][a] > pay[state][actions[t]] ? a : actions[t];
        }
        state = next[state][actions[t]];
      }
      sum += reward(c, actions);
    }
    return sum / contexts;
  }

  /** What all actions of an episode paid; whatever is no action ends it. */
  double reward(int context, int[] actions) {
    double sum = 0;
    int state = context;
    for (int action : actions) {
      if (action >= ACTIONS) {
        return sum;
      }
      sum += pay[state][action];
      state = next[state][action];
    }
    return sum;
  }

  /** All there are. */
  Stream<int[]> answers() {
    int all = (int) Math.pow(ACTIONS, length);
    return IntStream.range(0, all)
        .mapToObj(
            code -> {
              int[] answer = new int[length];
              int rest = code;
              for (int t = 0; t < length; t++) {
                answer[t] = rest % ACTIONS;
                rest /= ACTIONS;
              }
              return answer;
            });
  }
}
