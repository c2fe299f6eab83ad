package dev.fettle.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.feedback.RespondentJudge.Manner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RespondentJudgeTest {
  private static final Principle KIND = Principle.of("kind", "Say where it is unkind.", "Be kind.");
  private static final Comparison PAIR = new Comparison("Greet me.", "Hello!", "Go away.", KIND);
  private static final Appraisal ONE = new Appraisal("Greet me.", "Hello!", KIND, new Scale(1, 5));
  private static final Manner REASONS = new Manner(true, 3, 0);
  private static final Manner BRIEF = new Manner(false, 3, 0.1);

  @Test
  void theQuestionHoldsAllThatIsJudged() {
    Played played = Played.text(q -> "Fine.\nVerdict: A");
    Verdict verdict = new RespondentJudge(played, REASONS).compare(PAIR);
    assertThat(verdict.choice()).isEqualTo(Choice.FIRST);
    assertThat(verdict.reasoning()).startsWith("Fine.");
    assertThat(verdict.asked())
        .isEqualTo(new Asked("0", "Fine.\nVerdict: A", List.of(), 0, 1, new Usage(3, 2)));
    String text = played.asked().get(0).messages().get(0).content();
    assertThat(text)
        .contains("Say where it is unkind.", "[Prompt]\nGreet me.", "[Answer A]\nHello!")
        .contains("[Answer B]\nGo away.", "Verdict: A");
    assertThat(played.asked().get(0).options()).containsExactly("A", "B");
  }

  @Test
  void likelihoodsBecomeAProbability() {
    Played played = Played.likelihoods(q -> Map.of("A", Math.log(0.3), "B", Math.log(0.1)));
    Verdict verdict = new RespondentJudge(played, BRIEF).compare(PAIR);
    assertThat(verdict.choice()).isEqualTo(Choice.FIRST);
    assertThat(verdict.probability().orElseThrow()).isCloseTo(0.75, within(1e-12));
    assertThat(played.asked().get(0).brief()).isTrue();
    Played near = Played.likelihoods(q -> Map.of("A", Math.log(0.55), "B", Math.log(0.45)));
    assertThat(new RespondentJudge(near, BRIEF).compare(PAIR).choice()).isEqualTo(Choice.TIE);
    Played other = Played.likelihoods(q -> Map.of("A", -900.0, "B", -2.0));
    assertThat(new RespondentJudge(other, BRIEF).compare(PAIR).choice()).isEqualTo(Choice.SECOND);
  }

  @Test
  void aScoreIsTheMeanUnderTheLikelihoods() {
    Played played = Played.likelihoods(q -> Map.of("4", Math.log(0.2), "5", Math.log(0.6)));
    Rating rating = new RespondentJudge(played, BRIEF).rate(ONE);
    assertThat(rating.score().orElseThrow()).isCloseTo(4.75, within(1e-12));
    assertThat(played.asked().get(0).options()).containsExactly("1", "2", "3", "4", "5");
    Played written = Played.text(q -> "Score: 3");
    assertThat(new RespondentJudge(written, REASONS).rate(ONE).score()).hasValue(3);
  }

  @Test
  void whatCannotBeReadIsAskedForAgain() {
    Played played = Played.text(q -> q.attempt() < 2 ? "Hm " + q.attempt() : "Verdict: B");
    Verdict verdict = new RespondentJudge(played, REASONS).compare(PAIR);
    assertThat(verdict.choice()).isEqualTo(Choice.SECOND);
    assertThat(verdict.asked().unusable()).containsExactly("Hm 0", "Hm 1");
    assertThat(verdict.asked().usage()).isEqualTo(new Usage(9, 6));
  }

  @Test
  void afterSoManyAttemptsItIsUndecided() {
    Played played = Played.reply(q -> Reply.faulty("no choices", Played.effort()));
    RespondentJudge judge = new RespondentJudge(played, REASONS);
    Verdict verdict = judge.compare(PAIR);
    assertThat(verdict.choice()).isEqualTo(Choice.UNDECIDED);
    assertThat(verdict.asked().unusable())
        .containsExactly("(no choices)", "(no choices)", "(no choices)");
    assertThat(played.asked()).hasSize(3);
    Played outside = Played.text(q -> "Score: 9");
    assertThat(new RespondentJudge(outside, REASONS).rate(ONE).score()).isEmpty();
  }

  /** Only those of several that could not be read. */
  @Test
  void othersAreNotAskedAgain() {
    Played played =
        Played.reply(
            q ->
                q.attempt() == 0 && q.messages().get(0).content().contains("[Answer A]\nGo")
                    ? Reply.faulty("broken", Played.effort())
                    : new Reply(
                        "Verdict: A",
                        Map.of("A", -0.1, "B", -2.4),
                        Optional.empty(),
                        Played.effort()));
    List<Verdict> verdicts =
        new RespondentJudge(played, REASONS).compareAll(List.of(PAIR, PAIR.swapped(), PAIR));
    assertThat(verdicts).extracting(Verdict::choice).containsOnly(Choice.FIRST);
    assertThat(verdicts.get(0).probability().orElseThrow()).isCloseTo(0.909, within(1e-3));
    assertThat(played.asked()).hasSize(4);
  }
}
