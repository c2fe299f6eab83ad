package dev.fettle.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.data.read.DataException;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.reward.WeightedRewards.Part;
import dev.fettle.sample.Completion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Several functions as one, and what becomes of those that break their promise. */
class WeightedRewardsTest {
  private static final List<Completion> THREE =
      List.of(Answer.of("{}", "a"), Answer.of("{}", "b"), Answer.of("{}", "c"));

  private static Part part(String name, double weight, double... rewards) {
    return new Part(name, weight, completions -> rewards.clone());
  }

  private static WeightedRewards one(RewardFunction function) {
    return new WeightedRewards(List.of(new Part("mine", 1, function)));
  }

  /** By hand: 2 * 1 - 0.5 * 4 = 0; 2 * 3 alone = 6; none. */
  @Test
  void theyAreSummedWithTheirWeights() {
    WeightedRewards sum =
        new WeightedRewards(
            List.of(
                part("first", 2, 1, 3, Double.NaN),
                part("second", -0.5, 4, Double.NaN, Double.NaN)));
    RewardScores scores = sum.scores(THREE);
    assertThat(scores.total()).containsExactly(0, 6, Double.NaN);
    assertThat(scores.byName().keySet()).containsExactly("first", "second");
    assertThat(scores.byName().get("first")).containsExactly(1, 3, Double.NaN);
    assertThat(scores.means())
        .isEqualTo(Map.of("rewards/first/mean", 2.0, "rewards/second/mean", 4.0));
    assertThat(sum.score(THREE)).containsExactly(0, 6, Double.NaN);
    assertThat(new WeightedRewards(List.of(part("p", 0.1, 1, 2, 3))).score(THREE)[2])
        .isCloseTo(0.3, within(1e-12));
  }

  @Test
  void nothingIsAskedOfNothing() {
    WeightedRewards sum = new WeightedRewards(List.of(part("first", 1, 1, 2, 3)));
    assertThat(sum.scores(List.of()).total()).isEmpty();
    assertThat(sum.scores(List.of()).means()).containsEntry("rewards/first/mean", Double.NaN);
  }

  @Test
  void thoseOfOneNameAreToldApart() {
    WeightedRewards sum =
        new WeightedRewards(
            List.of(part("regex", 1, 1), part("regex", 1, 2), part("regex-2", 1, 3)));
    assertThat(sum.parts().stream().map(Part::name))
        .containsExactly("regex", "regex-2", "regex-2-2");
    assertThatThrownBy(() -> new WeightedRewards(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new WeightedRewards(List.of(part("p", Double.NaN, 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weight of p");
  }

  @Test
  void aBrokenPromiseIsSaidByName() {
    assertThatThrownBy(() -> one(c -> new double[2]).score(THREE))
        .isInstanceOf(RewardException.class)
        .hasMessageContainingAll("reward function mine", "2 rewards for 3 answers");
    assertThatThrownBy(() -> one(c -> new double[4]).score(THREE))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("4 rewards for 3 answers");
    assertThatThrownBy(() -> one(c -> new double[] {0, Double.NEGATIVE_INFINITY, 0}).score(THREE))
        .isInstanceOf(RewardException.class)
        .hasMessageContainingAll("mine", "-Infinity", "'b'");
    assertThatThrownBy(() -> one(WeightedRewardsTest::nothing).score(THREE))
        .isInstanceOf(RewardException.class)
        .hasMessageContainingAll("mine", "gave nothing");
    assertThatThrownBy(() -> one(c -> thrown(new IllegalStateException("boom"))).score(THREE))
        .isInstanceOf(RewardException.class)
        .hasMessageContainingAll("mine failed", "IllegalStateException: boom")
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> one(WeightedRewardsTest::deep).score(THREE))
        .isInstanceOf(RewardException.class)
        .hasMessageContainingAll("mine", "stack");
  }

  /** What is the user's to put right, and what the house says itself, stays what it is. */
  @Test
  void otherErrorsStayWhatTheyAre() {
    assertThatThrownBy(() -> one(c -> thrown(new DataException("row 3 is odd"))).score(THREE))
        .isInstanceOf(DataException.class)
        .hasMessage("reward mine: row 3 is odd");
    ModelFileException broken = new ModelFileException(Path.of("m"), "is broken");
    assertThatThrownBy(() -> one(c -> thrown(broken)).score(THREE)).isSameAs(broken);
    CancellationException cancelled = new CancellationException("stop");
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> one(c -> thrown(cancelled)).score(THREE)).isSameAs(cancelled);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static double[] thrown(RuntimeException e) {
    throw e;
  }

  @SuppressWarnings("NullAway") // what an application without checks may do
  private static double[] nothing(List<Completion> completions) {
    return null;
  }

  @SuppressWarnings("InfiniteRecursion")
  private static double[] deep(List<Completion> completions) {
    return deep(List.of(completions.get(0)));
  }
}
