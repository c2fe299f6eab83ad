package dev.fettle.algorithm.rejection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.rejection.Selection.Place;
import dev.fettle.algorithm.rejection.Selection.Reason;
import dev.fettle.reward.RewardEntry;
import dev.fettle.rollout.RewardedAnswer;
import dev.fettle.rollout.RolloutSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private static final double NONE = Double.NaN;

  private static Keep keep(
      @Nullable Integer topK, @Nullable Double share, @Nullable Double threshold) {
    return new Keep(
        Optional.empty(),
        Optional.ofNullable(topK),
        Optional.ofNullable(share),
        Optional.ofNullable(threshold));
  }

  private static RejectionSettings settings(Keep keep, boolean dedup, boolean truncated) {
    return new RejectionSettings(
        2,
        RolloutSettings.DEFAULT,
        keep,
        dedup,
        false,
        0,
        truncated,
        List.of(RewardEntry.of("exact-match")));
  }

  private static RewardedAnswer answer(int prompt, int sample, String text, double reward) {
    return new RewardedAnswer(
        prompt, sample, text, new int[] {1}, !text.endsWith("..."), reward, Map.of());
  }

  /** Two prompts of four answers. */
  private static final List<RewardedAnswer> ANSWERS =
      List.of(
          answer(0, 0, "a", 0.5),
          answer(0, 1, "b", 2),
          answer(0, 2, "b", 2),
          answer(0, 3, "c...", 9),
          answer(1, 0, "d", -1),
          answer(1, 1, "e", NONE),
          answer(1, 2, "f", 1),
          answer(1, 3, "b", 1));

  private static List<Long> lines(RejectionSettings settings) {
    return lines(select(settings));
  }

  private static Selection select(RejectionSettings settings) {
    Selection selection = new Selection(settings);
    long line = 0;
    for (RewardedAnswer answer : ANSWERS) {
      selection.add(new Place(1, ++line), answer);
    }
    return selection;
  }

  private static List<Long> lines(Selection selection) {
    List<Long> lines = new ArrayList<>();
    selection.kept().forEach(p -> lines.add(p.line()));
    lines.sort(null);
    return lines;
  }

  @Test
  void theBestOfEachPromptAndOfEqualOnesTheFirst() {
    Selection selection = select(settings(Keep.BEST, false, false));
    assertThat(lines(selection)).containsExactly(2L, 7L);
    assertThat(selection.leftOut())
        .isEqualTo(Map.of(Reason.TRUNCATED, 1L, Reason.UNREWARDED, 1L, Reason.NOT_AMONG_BEST, 4L));
    assertThat(lines(settings(keep(null, null, null), false, false))).containsExactly(2L, 7L);
  }

  @Test
  void someOfEachPrompt() {
    assertThat(lines(settings(keep(2, null, null), false, false))).containsExactly(2L, 3L, 7L, 8L);
    assertThat(lines(settings(keep(2, null, null), true, false))).containsExactly(1L, 2L, 7L, 8L);
    assertThat(lines(settings(keep(99, null, null), false, false)))
        .containsExactly(1L, 2L, 3L, 5L, 7L, 8L);
  }

  @Test
  void aShareOfAll() {
    assertThat(lines(settings(keep(null, 0.25, null), false, false))).containsExactly(2L, 3L);
    assertThat(lines(settings(keep(null, 0.3, null), false, false))).containsExactly(2L, 3L, 7L);
    assertThat(lines(settings(keep(1, 0.25, null), false, false))).containsExactly(2L, 7L);
    assertThat(lines(settings(keep(null, 0.01, null), false, false))).containsExactly(2L);
  }

  @Test
  void thoseThatReachAThreshold() {
    assertThat(lines(settings(keep(null, null, 1.0), false, false)))
        .containsExactly(2L, 3L, 7L, 8L);
    assertThat(lines(settings(keep(1, null, 1.5), false, false))).containsExactly(2L);
    Selection none = select(settings(keep(1, null, 99.0), true, true));
    assertThat(lines(none)).isEmpty();
    assertThat(none.leftOut())
        .isEqualTo(Map.of(Reason.DUPLICATE, 1L, Reason.UNREWARDED, 1L, Reason.BELOW_THRESHOLD, 6L));
  }

  /** The same answer to another prompt is another one. */
  @Test
  void equalAnswersOncePerPrompt() {
    Keep all =
        new Keep(
            Optional.of(Keep.Answers.ALL), Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(lines(settings(all, true, true))).containsExactly(1L, 2L, 4L, 5L, 7L, 8L);
  }

  @Test
  void truncatedOnesWhereAskedFor() {
    assertThat(lines(settings(Keep.BEST, false, true))).containsExactly(4L, 7L);
  }

  @Test
  void howManyOneExpects() {
    assertThat(Keep.BEST.expected(10, 8)).isEqualTo(10);
    assertThat(keep(3, null, null).expected(10, 8)).isEqualTo(30);
    assertThat(keep(30, null, null).expected(10, 8)).isEqualTo(80);
    assertThat(keep(null, 0.125, null).expected(10, 8)).isEqualTo(10);
    assertThat(keep(1, 0.5, null).expected(10, 8)).isEqualTo(10);
    assertThat(keep(null, null, 1.0).expected(10, 8)).isEqualTo(10);
    assertThat(keep(2, null, 1.0).expected(10, 8)).isEqualTo(20);
  }
}
