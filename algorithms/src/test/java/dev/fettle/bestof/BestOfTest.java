package dev.fettle.bestof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.StopReason;
import dev.fettle.reward.RewardFunction;
import dev.fettle.sample.Completion;
import dev.fettle.sample.CompletionSource;
import dev.fettle.sample.Origin;
import dev.fettle.sample.SamplePrompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The best of answers that are made up, its file and its report. */
class BestOfTest {
  private static final SamplingOptions FOUR = SamplingOptions.sampling(3).withSamples(4);

  /** Answers "0", "1" and so on, from the prompt's number on. */
  private static final CompletionSource COUNTING =
      (prompts, options) -> {
        List<Completion> all = new ArrayList<>();
        for (SamplePrompt p : prompts) {
          for (int s = 0; s < options.draws().samples(); s++) {
            float[] own = {-0.5f * s, -0.25f};
            int[] ids = {s, 9};
            all.add(
                new Completion(
                    p,
                    s,
                    String.valueOf((p.index() + 3L * s) % 5),
                    new Generation(ids, own, own, StopReason.STOP_TOKEN)));
          }
        }
        return all;
      };

  /** The number an answer is; none for 4. */
  private static final RewardFunction NUMBER =
      all ->
          all.stream()
              .mapToDouble(c -> c.text().equals("4") ? Double.NaN : Double.parseDouble(c.text()))
              .toArray();

  private static final RewardFunction HALF =
      all -> all.stream().mapToDouble(c -> -Double.parseDouble(c.text()) / 2).toArray();

  @TempDir private Path dir;

  private static SamplePrompt prompt(long index) {
    ObjectNode row = JsonNodeFactory.instance.objectNode().put("prompt", "p" + index);
    return new SamplePrompt(index, row, "p" + index, false, new int[] {(int) index + 1});
  }

  private static List<SamplePrompt> prompts() {
    return List.of(prompt(0), prompt(1), prompt(3));
  }

  @Test
  void theBestIsTheFirstOfTheHighestReward() {
    BestOf best =
        new BestOf(all -> all.stream().mapToDouble(c -> c.text().equals("0") ? 0 : 1).toArray());
    List<Choice> choices = best.choose(COUNTING, prompts(), FOUR);
    // Prompt 0 is answered 0, 3, 1, 4.
    assertThat(choices.get(0).best().orElseThrow().completion().sample()).isEqualTo(1);
    // Prompt 1 is answered 1, 4, 2, 0.
    assertThat(choices.get(1).best().orElseThrow().completion().sample()).isZero();
    assertThat(choices).hasSize(3);
    assertThat(choices.get(2).candidates()).hasSize(4);
  }

  @Test
  void anAnswerWithoutARewardIsNotChosen() {
    List<Choice> choices = new BestOf(NUMBER).choose(COUNTING, prompts(), FOUR);
    assertThat(choices)
        .extracting(c -> c.best().orElseThrow().completion().text())
        .containsExactly("3", "2", "3");
    BestOf none = new BestOf(all -> all.stream().mapToDouble(c -> Double.NaN).toArray());
    assertThat(none.choose(COUNTING, prompts(), FOUR)).allMatch(c -> c.best().isEmpty());
    BestOf broken = new BestOf(all -> new double[1]);
    assertThatThrownBy(() -> broken.choose(COUNTING, prompts(), FOUR))
        .hasMessageContaining("gave 1 rewards for 12 answers");
  }

  private BestOfFile open(Path file) {
    return BestOfFile.open(
        file,
        Origin.none().with("reward", "number"),
        prompts().stream().map(SamplePrompt::index).toList(),
        new BestOf(NUMBER, Optional.of(HALF)));
  }

  private static List<List<Completion>> answers() {
    List<Completion> all = COUNTING.sample(prompts(), FOUR);
    return List.of(all.subList(0, 4), all.subList(4, 8), all.subList(8, 12));
  }

  private static void fill(BestOfFile open) {
    open.add(answers(), open.prompts());
  }

  @Test
  void theFileIsGoneOnWithFromAnyByte() throws IOException {
    Path file = dir.resolve("best.jsonl");
    try (BestOfFile open = open(file)) {
      fill(open);
    }
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at <= whole.length; at += 7) {
      Files.write(file, Arrays.copyOf(whole, at));
      try (BestOfFile open = open(file)) {
        fill(open);
        assertThat(open.isWhole()).isTrue();
      }
      assertThat(Files.readAllBytes(file)).as("cut at %d", at).isEqualTo(whole);
    }
    try (RowReader reader = RowReader.open(file)) {
      Row first = reader.next().orElseThrow();
      assertThat(first.fields().path("prompt").asText()).isEqualTo("p0");
      assertThat(first.fields().path("completion").asText()).isEqualTo("3");
      assertThat(first.fields().path("sample").asInt()).isEqualTo(1);
      assertThat(first.fields().path("reward").asDouble()).isEqualTo(3);
      assertThat(first.fields().path("gold").asDouble()).isEqualTo(-1.5);
      assertThat(first.fields().path("candidates").size()).isEqualTo(4);
      assertThat(first.fields().path("candidates").get(3).path("reward").isNull()).isTrue();
      Choice read = BestOfFile.read(first);
      assertThat(read.best().orElseThrow().completion().text()).isEqualTo("3");
      assertThat(read.best().orElseThrow().logProb()).isEqualTo(-0.75);
      assertThat(read.candidates().get(3).isScored()).isFalse();
      assertThat(read.candidates().get(3).gold()).hasValue(-2);
    }
  }

  @Test
  void theReportIsOfAllPrompts() {
    Path file = dir.resolve("best.jsonl");
    try (BestOfFile open = open(file)) {
      fill(open);
    }
    BestOfReport report = BestOfFile.report(file);
    // Rewards: 0 3 1 -, 1 - 2 0, and 3 1 - 2.
    assertThat(report.prompts()).isEqualTo(3);
    assertThat(report.unscored()).isZero();
    assertThat(report.points()).hasSize(3);
    double[] one = {4 / 3.0, 1, 2};
    assertThat(report.points().get(0).reward().mean())
        .isCloseTo(Arrays.stream(one).average().orElseThrow(), within(1e-15));
    assertThat(report.points().get(2).reward().mean()).isCloseTo(8 / 3.0, within(1e-15));
    assertThat(report.points().get(1).reward().mean())
        .isCloseTo((7 / 3.0 + 5 / 3.0 + 8 / 3.0) / 3, within(1e-15));
    assertThat(report.points().get(2).gold().orElseThrow().mean())
        .isCloseTo(-4 / 3.0, within(1e-15));
    assertThat(report.points().get(1).klBound()).isCloseTo(Math.log(2) - 0.5, within(1e-15));
    // Means 4/3, 1 and 2 have a deviation of 0.509175 over three prompts.
    double half = 1.959963984540054 * Math.sqrt(7 / 27.0) / Math.sqrt(3);
    assertThat(report.points().get(0).reward().high() - report.points().get(0).reward().mean())
        .isCloseTo(half, within(1e-12));
    double[] gains = {3 - 4 / 3.0, 1, 1};
    assertThat(report.gain().mean())
        .isCloseTo(Arrays.stream(gains).average().orElseThrow(), within(1e-15));
    ObjectNode json = report.json();
    assertThat(json.path("curve").size()).isEqualTo(3);
    assertThat(json.path("curve").get(2).path("n").asInt()).isEqualTo(3);
    assertThat(json.path("gold_gain").path("prompts").asInt()).isEqualTo(3);
  }

  @Test
  void promptsWithoutAnyRewardAreCounted() {
    BestOfReport.Collector collector = new BestOfReport.Collector();
    new BestOf(
            all ->
                all.stream().mapToDouble(c -> c.prompt().index() == 1 ? Double.NaN : 1).toArray())
        .choose(answers())
        .forEach(collector::add);
    BestOfReport report = collector.report();
    assertThat(report.unscored()).isEqualTo(1);
    assertThat(report.points().get(3).reward().count()).isEqualTo(2);
    assertThat(report.points().get(3).reward().mean()).isEqualTo(1);
    assertThat(report.goldGain()).isEmpty();
    BestOfReport nothing = new BestOfReport.Collector().report();
    assertThat(nothing.points()).isEmpty();
    assertThat(nothing.json().path("gain").path("mean").isNull()).isTrue();
  }
}
