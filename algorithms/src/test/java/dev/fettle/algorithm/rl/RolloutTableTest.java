package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.Example;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept of a rollout comes back bit by bit, or is refused in one line. */
class RolloutTableTest {
  @TempDir private Path dir;
  private Path tokens = Path.of("");

  private static Trajectory trajectory(float by, boolean learnt) {
    return new Trajectory(
        new Example(
            new int[] {4, 5, 6, 7},
            new byte[] {0, 0, 1, 1},
            new RowOrigin(Path.of("rollouts"), 1, RowOrigin.Unit.LINE)),
        new float[] {-0.1f * by, -1e-30f},
        new float[] {-Float.MIN_VALUE, -3.3333333f},
        new float[] {1 / 3f, by},
        new float[] {Float.MAX_VALUE, -by},
        new float[] {0.1f, -0f},
        learnt);
  }

  private static final List<Trajectory> TWO =
      List.of(trajectory(1, true), trajectory((float) Math.E, false));

  @BeforeEach
  void write() {
    RolloutTable.writeTokens(dir, 3, TWO, 0.07);
    tokens = dir.resolve("rollouts/000003.tokens.jsonl");
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    RolloutTable.Learnt read = RolloutTable.readTokens(dir, 3, 2);
    assertThat(read.klCoefficient()).isEqualTo(0.07);
    assertThat(TinyRl.unplaced(read.trajectories())).isEqualTo(TinyRl.unplaced(TWO));
  }

  /** JSON has no such numbers. */
  @Test
  void whatIsNoNumberComesBackToo() {
    Trajectory odd =
        new Trajectory(
            TWO.get(0).example(),
            new float[] {Float.NEGATIVE_INFINITY, Float.NaN},
            new float[0],
            new float[] {2},
            new float[] {0, 0},
            new float[] {Float.POSITIVE_INFINITY},
            true);
    RolloutTable.writeTokens(dir, 4, List.of(odd), 0);
    assertThat(TinyRl.unplaced(RolloutTable.readTokens(dir, 4, 1).trajectories()))
        .isEqualTo(TinyRl.unplaced(List.of(odd)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"ids\":[4,5,6,7]        | \"ids\":[4,5,6]",
        "\"ids\":[4,5,6,7]        | \"ids\":4",
        "\"prompt_tokens\":2      | \"prompt_tokens\":0",
        "\"prompt_tokens\":2      | \"prompt_tokens\":4",
        "\"prompt_tokens\":2      | \"prompt_tokenz\":2",
        "\"learnt\":true          | \"learnt\":\"yes\"",
        "\"values\":[             | \"values\":[1,",
        "\"returns\":[            | \"returns\":[1,",
        "\"advantages\":[         | \"advantages\":[\"1\",",
        "\"reference\":[          | \"reference\":[null,",
        "\"logprobs\":            | \"logprob\":",
        "\"kl_coefficient\":0.07  | \"kl_coefficient\":\"?\"",
      })
  void aChangedLineIsRefused(String was, String is) throws IOException {
    String text = Files.readString(tokens);
    assertThat(text).contains(was.strip());
    Files.writeString(
        tokens, text.replaceFirst(java.util.regex.Pattern.quote(was.strip()), is.strip()));
    assertThatThrownBy(() -> RolloutTable.readTokens(dir, 3, 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("000003.tokens.jsonl:1")
        .hasMessageContaining("restore the file, or begin a new run");
  }

  @Test
  void whatIsCutOffOrGoneIsTold() throws IOException {
    byte[] whole = Files.readAllBytes(tokens);
    Files.write(tokens, java.util.Arrays.copyOf(whole, whole.length - 9));
    refused("000003.tokens.jsonl:2 is damaged");
    int line = new String(whole, StandardCharsets.UTF_8).indexOf('\n');
    Files.write(tokens, java.util.Arrays.copyOf(whole, line + 1));
    refused("holds 1 answers, and a rollout of this run has 2");
    Files.write(tokens, new byte[0]);
    refused("holds 0 answers");
    whole[5] = (byte) 0xff;
    Files.write(tokens, whole);
    refused("is not UTF-8");
    Files.delete(tokens);
    refused("which the run goes on from, is gone");
    Files.createDirectory(tokens);
    refused("cannot be read");
  }

  private void refused(String message) {
    assertThatThrownBy(() -> RolloutTable.readTokens(dir, 3, 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("000003.tokens.jsonl")
        .hasMessageContaining("begin a new run");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsTold() throws IOException {
    Path run = Files.createDirectory(dir.resolve("run"));
    Files.writeString(run.resolve("rollouts"), "a file");
    assertThatThrownBy(() -> RolloutTable.writeTokens(run, 1, TWO, 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rollouts cannot be made");
  }
}
