package dev.fettle.reward.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.fettle.data.read.DataException;
import dev.fettle.reward.Answer;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKeys;
import dev.fettle.reward.Rewards;
import dev.fettle.settings.ConfigException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each of the functions that come with Fettle makes of answers. */
class FunctionsTest {

  private static RewardFunction function(String written) {
    return Rewards.discover().function(RewardKeys.read("--reward", List.of(written)).get(0));
  }

  private static double score(String function, String row, String answer) {
    return function(function).score(List.of(Answer.of(row, answer)))[0];
  }

  private static void assertProblem(String function, String... parts) {
    assertThatThrownBy(() -> function(function))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void exactMatch() {
    String row =
        "{'prompt': 'p', 'answer': 'Oslo', 'also': ['Oslo', 'oslo city', 7]}".replace('\'', '"');
    assertThat(score("exact-match", row, " Oslo\n")).isEqualTo(1);
    assertThat(score("exact-match", row, "Oslo.")).isZero();
    assertThat(score("exact-match", row, "oslo")).isZero();
    assertThat(score("{type: exact-match, ignoreCase: true}", row, "oSLO")).isEqualTo(1);
    assertThat(score("{type: exact-match, strip: false}", row, "Oslo ")).isZero();
    assertThat(score("{type: exact-match, column: also}", row, "oslo city")).isEqualTo(1);
    assertThat(score("{type: exact-match, column: also}", row, "7")).isEqualTo(1);
    assertThat(score("{type: exact-match, column: also}", row, "8")).isZero();
  }

  /** Rows of prompts with their completions need no column to be named. */
  @Test
  void aCompletionIsAnAnswer() {
    String row = "{\"prompt\": \"p\", \"completion\": \" 4\"}";
    assertThat(score("exact-match", row, "4")).isEqualTo(1);
    assertThat(score("number", row, "it is 4")).isEqualTo(1);
    assertThat(score("exact-match", "{\"answer\": \"5\", \"completion\": \"4\"}", "4")).isZero();
    assertThat(score("exact-match", "{\"answer\": null, \"completion\": \"4\"}", "4")).isEqualTo(1);
    assertThatThrownBy(() -> score("{type: exact-match, column: right}", row, "4"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'right'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exact-match", "number", "{type: regex, pattern: x, column: answer}"})
  void aMissingColumnIsNamed(String function) {
    assertThatThrownBy(() -> score(function, "{\"prompt\": \"p\", \"solution\": \"4\"}", "4"))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("row 7", "'answer'", "prompt, solution", "'column'");
    assertThatThrownBy(() -> score(function, "{\"answer\": {\"is\": 4}}", "4"))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("row 7", "an object", "'answer'");
  }

  @Test
  void regex() {
    String row = "{\"answer\": \"42\"}";
    assertThat(score("{type: regex, pattern: 'y+es'}", row, "well, yyes.")).isEqualTo(1);
    assertThat(score("{type: regex, pattern: 'y+es', match: full}", row, "well, yyes.")).isZero();
    assertThat(score("{type: regex, pattern: 'y+es', match: full}", row, " yyes\n")).isEqualTo(1);
    assertThat(score("{type: regex, pattern: '(?i)YES'}", row, "yes")).isEqualTo(1);
    String captured = "{type: regex, pattern: 'is (\\d+)', column: answer, group: 1}";
    assertThat(score(captured, row, "it is 7, no, it is 42")).isEqualTo(1);
    assertThat(score(captured, row, "it is 42, no, it is 7")).isZero();
    assertThat(score(captured, row, "42")).isZero();
    String named = "{type: regex, pattern: '<a>(?<n>.*?)</a>|nothing', column: answer, group: n}";
    assertThat(score(named, row, "<a> 42 </a>")).isEqualTo(1);
    assertThat(score(named, row, "nothing")).isZero();
    assertProblem("{type: regex}", "reward.pattern", "is missing", "regular expression");
    assertProblem("{type: regex, pattern: 'a('}", "'a('", "no regular expression", "Unclosed");
    assertProblem("{type: regex, pattern: 'a', group: 1}", "group", "no such group");
    assertProblem("{type: regex, pattern: '(?<m>a)', group: n}", "group", "no such group");
    assertProblem("{type: regex, pattern: 'a', match: whole}", "full, partial");
  }

  @Test
  void length() {
    assertThat(function("length").score(List.of(Answer.of("{}", "abc", 5)))).containsExactly(5);
    assertThat(score("{type: length, unit: characters}", "{}", "né\uD83D\uDE00")).isEqualTo(3);
    assertThat(shaped("{type: length, max: 10}", 0, 4, 10, 11)).containsExactly(1, 0.6, 0, 0);
    assertThat(shaped("{type: length, target: 4}", 0, 1, 4, 6, 8, 100))
        .containsExactly(0, 0.25, 1, 0.5, 0, 0);
    assertThat(shaped("{type: length, target: 4, max: 6}", 2, 4, 5, 6))
        .containsExactly(0.5, 1, 0.5, 0);
    assertProblem("{type: length, target: 4, max: 4}", "max", "not more than the target");
    assertProblem("{type: length, target: 0}", "target", "above 0");
  }

  private static double[] shaped(String function, int... tokens) {
    return function(function)
        .score(Arrays.stream(tokens).mapToObj(n -> Answer.of("{}", "x", n)).toList());
  }

  /** A text, a right number, and whether the text comes to it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "18 | 18 | true",
        "'so 2 * 9 = $<<2*9=18>>18 per day\\n#### 18' | 18 | true",
        "A: 18. | 18 | true",
        "#### 18 of 20 | 18 | true",
        "#### 7\\nno:\\n#### 18\\nthat is 3 | 18 | true",
        "#### eighteen, 3 | 3 | true",
        "#### 5 #### 7 | 7 | true",
        "#### 5 #### none | 5 | true",
        "#####6 | 6 | true",
        "it is 18, or 19 | 18 | false",
        "$1,234.50 | 1234.5 | true",
        "#### 1,234,567 | 1234567 | true",
        "12,13 | 13 | true",
        "12,1345 | 1345 | true",
        "50% | 50 | true",
        "€ 7 | 7 | true",
        "-3 | -3 | true",
        "- 3 | 3 | true",
        "\u22123 | -3 | true",
        "-$5 | -5 | true",
        "$-5 | -5 | true",
        "+5 | 5 | true",
        "16-3 | 3 | true",
        "16-3 | -3 | false",
        "(4)-3 | 3 | true",
        "x-3 | 3 | true",
        "10\u201320 | 20 | true",
        "18.00 | 18 | true",
        ".5 | 0.5 | true",
        "1/2 | 0.5 | true",
        "3/2 | 1/2 | false",
        "2/4 | 1/2 | true",
        "1/0 | 1 | true",
        "1e3 | 1000 | true",
        "1.5E-2 | 0.015 | true",
        "5e | 5 | true",
        "18dollars | 18 | true",
        "no number | 18 | false",
        "18 | none | false",
        "0.1 + 0.2 is 0.3 | 0.30 | true",
        "33333333333333333333333333333333333333333333333 | 33333333333333333333333333333333333333333333333 | true",
        "33333333333333333333333333333333333333333333333 | 33333333333333333333333333333333333333333333334 | false",
      })
  void number(String text, String right, boolean same) {
    String answer = text.replace("\\n", "\n");
    assertThat(new NumberMatch("answer", 0).accepts(right, answer))
        .as(answer + " for " + right)
        .isEqualTo(same);
  }

  /** What a model writes that cannot stop is no number, and takes no time. */
  @ParameterizedTest
  @ValueSource(strings = {"3", "1,", ",111", "1/", "-", "$", "#### ", "1e", ".1", "1,111", "#"})
  void endlessRepetitionsAreNoNumbers(String piece) {
    String endless = "1" + piece.repeat(100_000);
    NumberMatch number = new NumberMatch("answer", 0);
    assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          assertThat(number.accepts("5", endless)).isFalse();
          assertThat(number.accepts("7", endless + " #### 7")).isTrue();
        });
  }

  @Test
  void numberReadsColumnsAndTolerates() {
    assertThat(score("number", "{\"answer\": \"4 of them\\n#### 1,000\"}", "1000")).isEqualTo(1);
    assertThat(score("number", "{\"answer\": 1e3}", "1000")).isEqualTo(1);
    assertThat(score("number", "{\"answer\": 0.1}", "0.1")).isEqualTo(1);
    assertThat(score("number", "{\"answer\": [2, 4]}", "4")).isEqualTo(1);
    String near = "{type: number, tolerance: 0.1}";
    assertThat(score(near, "{\"answer\": 0.2}", "0.3")).isEqualTo(1);
    assertThat(score(near, "{\"answer\": 0.2}", "0.31")).isZero();
    assertThat(score(near, "{\"answer\": \"-1/3\"}", "-0.4")).isEqualTo(1);
    assertProblem("{type: number, tolerance: -1}", "tolerance", "0 or more");
  }

  @Test
  void sortedLetters() {
    String row = "{\"prompt\": \"C B A A\", \"other\": \"ba\"}";
    assertThat(score("sorted-letters", row, "A A B C")).isEqualTo(1);
    assertThat(score("sorted-letters", row, "AABC")).isEqualTo(1);
    assertThat(score("sorted-letters", row, "AABB")).isZero();
    assertThat(score("sorted-letters", row, "AABCC")).isZero();
    assertThat(score("sorted-letters", row, "")).isZero();
    assertThat(score("{type: sorted-letters, partial: true}", row, "AABB")).isEqualTo(0.75);
    assertThat(score("{type: sorted-letters, partial: true}", row, "AABCC")).isEqualTo(0.8);
    assertThat(score("{type: sorted-letters, column: other}", row, "ab")).isEqualTo(1);
    assertThat(
            score(
                "sorted-letters",
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"ba\"}]}",
                "a b"))
        .isEqualTo(1);
    assertThat(score("sorted-letters", "{\"prompt\": \"123\"}", "")).isNaN();
    assertThatThrownBy(() -> score("{type: sorted-letters, column: x}", row, "ab"))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("row 7", "'x'");
  }
}
