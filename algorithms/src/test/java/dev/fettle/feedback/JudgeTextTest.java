package dev.fettle.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Verdict: A                                          | FIRST
          'A is wrong, B is right.\nVerdict: B'               | SECOND
          **Verdict:** B                                      | SECOND
          'Verdict: **A**'                                    | FIRST
          'Verdict: (B).'                                     | SECOND
          'Verdict: Answer A'                                 | FIRST
          'VERDICT: the answer B is better'                   | SECOND
          'My verdict is: A'                                  | FIRST
          verdict: b                                          | SECOND
          'Verdict: a tie'                                    | TIE
          Verdict: Tie                                        | TIE
          'Verdict: neither'                                  | TIE
          'Verdict: A\nOn second thought.\nVerdict: B'        | SECOND
          '{"verdict": "A", "why": "B is rude"}'              | FIRST
          '<think>Verdict: A?</think>Verdict: B'              | SECOND
          '[[A]]'                                             | FIRST
          'I prefer the second: [[B]]'                        | SECOND
          '[[C]]'                                             | TIE
          A                                                   | FIRST
          ' b. '                                              | SECOND
          '(A)'                                               | FIRST
          'B\nsince it is true'                               | SECOND
          tie                                                 | TIE
          Answer B                                            | SECOND
          """)
  void verdictsAreRead(String text, Choice choice) {
    assertThat(JudgeText.verdict(text.translateEscapes())).contains(choice);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Both are fine.",
        "A better answer would be shorter.",
        "Verdict:",
        "Verdict: A or B",
        "Verdict: A and B are alike",
        "Verdict: A/B",
        "Verdict: a better one is missing",
        "Verdict: C",
        "I cannot judge this.",
        "Apples"
      })
  void whatCouldMeanEitherIsNot(String text) {
    assertThat(JudgeText.verdict(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Score: 7                     | 7
          'Well done.\n**Score:** 10'  | 10
          'Score: 3\nNo, Score: 4.'    | 4
          7                            | 7
          ' 8/10 '                     | 8
          'The rating is 2.5'          | 2.5
          '{"score": 9}'               | 9
          '<think>Score: 1</think>6'   | 6
          """)
  void scoresAreRead(String text, double score) {
    assertThat(JudgeText.score(text.translateEscapes(), Scale.TEN)).hasValue(score);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Score: 11", "Score: -1", "0", "good", "Score: high", "7 of these are wrong"})
  void whatIsNotOnTheScaleIsNoScore(String text) {
    assertThat(JudgeText.score(text, Scale.TEN)).isEmpty();
  }

  @Test
  void anyTextIsReadInTime() {
    String long1 = "Verdict: ".repeat(200_000);
    String long2 = "Verdict" + "*".repeat(2_000_000);
    String long3 = "(".repeat(1_000_000) + "score:" + " ".repeat(1_000_000);
    long begun = System.nanoTime();
    for (String text : new String[] {long1, long2, long3}) {
      assertThat(JudgeText.verdict(text)).isEmpty();
      assertThat(JudgeText.score(text, Scale.TEN)).isEmpty();
    }
    assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
  }
}
