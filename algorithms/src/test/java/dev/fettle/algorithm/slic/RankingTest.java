package dev.fettle.algorithm.slic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.rollout.RewardedAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RankingTest {
  private static List<RewardedAnswer> answers(double... rewards) {
    List<RewardedAnswer> answers = new ArrayList<>();
    for (int i = 0; i < rewards.length; i++) {
      answers.add(new RewardedAnswer(0, i, "a" + i, new int[] {i}, true, rewards[i], Map.of()));
    }
    return answers;
  }

  private static List<String> pairs(Ranking ranking, double... rewards) {
    return ranking.of(answers(rewards)).stream()
        .map(p -> p.chosen().sample() + ">" + p.rejected().sample())
        .toList();
  }

  /** The paper's example: of four answers c0 meets c1 and c2 meets c3, then the winners meet. */
  @Test
  void aTournamentOfFourMakesThreePairs() {
    assertThat(pairs(Ranking.TOURNAMENT, 1, 4, 3, 2)).containsExactly("1>0", "2>3", "1>2");
  }

  @Test
  void anOddOneGoesOn() {
    assertThat(pairs(Ranking.TOURNAMENT, 1, 2, 3, 4, 5))
        .containsExactly("1>0", "3>2", "3>1", "4>3");
    assertThat(pairs(Ranking.TOURNAMENT, 1)).isEmpty();
    assertThat(pairs(Ranking.TOURNAMENT)).isEmpty();
  }

  @Test
  void equalOnesMakeNoPair() {
    assertThat(pairs(Ranking.TOURNAMENT, 1, 1, 0, 1)).containsExactly("3>2");
    assertThat(pairs(Ranking.TOURNAMENT, 1, 1, 0, 0)).containsExactly("0>2");
    assertThat(pairs(Ranking.BEST_WORST, 1, 1, 1)).isEmpty();
  }

  @Test
  void theSameAnswerIsNotBetterThanItself() {
    RewardedAnswer one = answers(1).get(0);
    RewardedAnswer again = new RewardedAnswer(0, 1, "a", one.ids(), true, 0, Map.of());
    assertThat(Ranking.TOURNAMENT.of(List.of(one, again))).isEmpty();
  }

  @Test
  void bestAndWorst() {
    assertThat(pairs(Ranking.BEST_WORST, 2, 1, 3, 1, 3)).containsExactly("2>1");
    assertThat(pairs(Ranking.BEST_WORST)).isEmpty();
    assertThat(Ranking.best(answers(2, 3, 3)).orElseThrow().sample()).isEqualTo(1);
  }
}
