package dev.fettle.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generation by a small model with random weights. */
class GeneratorTest {
  private static final int MOST = 8;
  private static final List<int[]> PROMPTS =
      List.of(new int[] {1, 2, 3}, new int[] {4}, new int[] {5, 6});

  private final TinyPolicy policy = new TinyPolicy();
  private final SamplingOptions sampling =
      SamplingOptions.sampling(MOST).withStopIds(Set.of()).withSeed(11);

  @AfterEach
  void close() {
    policy.close();
  }

  private List<Generation> generate(StopCondition stop, TokenListener listener) {
    try (ProgramCache programs = policy.programs(CompileOptions.DEFAULT);
        Generator generator = policy.generator(programs)) {
      return generator.generate(PROMPTS, sampling, stop, listener);
    }
  }

  private static int[] ids(Generation g) {
    return g.ids();
  }

  @Test
  void eachSequenceEndsByItself() {
    List<Generation> free = generate(StopCondition.never(), TokenListener.none());
    assertThat(free).extracting(Generation::reason).containsOnly(StopReason.LIMIT);
    int[] seen = new int[PROMPTS.size()];
    int[] most = {2, Integer.MAX_VALUE, 5};
    List<Generation> made = generate((row, id) -> ++seen[row] == most[row], TokenListener.none());
    assertThat(made)
        .extracting(GeneratorTest::ids)
        .containsExactly(
            Arrays.copyOf(free.get(0).ids(), 2),
            free.get(1).ids(),
            Arrays.copyOf(free.get(2).ids(), 5));
    assertThat(made)
        .extracting(Generation::reason)
        .containsExactly(StopReason.CONDITION, StopReason.LIMIT, StopReason.CONDITION);
    // Nobody is asked about a sequence that is over.
    assertThat(seen).containsExactly(2, MOST, 5);
  }

  @Test
  void nothingIsRunOnceAllAreOver() {
    List<Integer> told = new ArrayList<>();
    List<Generation> made = generate((row, id) -> true, (row, id) -> told.add(id));
    assertThat(made).extracting(g -> g.ids().length).containsOnly(1);
    assertThat(told).hasSize(PROMPTS.size());
  }

  @Test
  void theConditionSeesWhatTheListenerWasTold() {
    List<String> told = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    generate(
        (row, id) -> {
          asked.add(row + ":" + id);
          return !asked.equals(told);
        },
        (row, id) -> told.add(row + ":" + id));
    assertThat(asked).isEqualTo(told).hasSize(PROMPTS.size() * MOST);
  }

  @Test
  void stopTokensEndASequenceToo() {
    int[] free = generate(StopCondition.never(), TokenListener.none()).get(0).ids();
    Generation made =
        policy
            .generate(PROMPTS, sampling.withStopIds(Set.of(free[0])), StopCondition.never())
            .get(0);
    assertThat(made.ids()).containsExactly(free[0]);
    assertThat(made.reason()).isEqualTo(StopReason.STOP_TOKEN);
    assertThat(made.stopped()).isTrue();
  }

  @Test
  void programsAreDumped(@TempDir Path dir) {
    try (ProgramCache programs = policy.programs(CompileOptions.DEFAULT.dumpingTo(dir));
        Generator generator = policy.generator(programs)) {
      generator.generate(PROMPTS, sampling, TokenListener.none());
    }
    assertThat(dir.resolve("prefill_3x32_64.txt")).isNotEmptyFile();
    assertThat(dir.resolve("decode_3x64.txt")).isNotEmptyFile();
  }

  /** As many prompts as asked for, of different length; the last ones say the same. */
  private static List<int[]> many(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> IntStream.rangeClosed(1, 1 + i % 7).map(t -> (t * 5 + i) % 80).toArray())
        .toList();
  }

  @Test
  void aPromptIsContinuedAloneAsAmongOthers() {
    List<int[]> prompts = many(13);
    for (SamplingOptions options :
        List.of(
            sampling,
            sampling.withTemperature(0),
            sampling.withTemperature(0).withRepetitionPenalty(1.4),
            sampling.withTopK(5).withTemperature(0.7),
            sampling.withTopP(0.6).withMinP(0.01))) {
      List<Generation> together = policy.generate(prompts, options, StopCondition.never());
      for (int i = 0; i < prompts.size(); i++) {
        List<Generation> alone =
            policy.generate(List.of(prompts.get(i)), options, StopCondition.never());
        assertThat(together.get(i).ids()).as("%s, %d", options, i).isEqualTo(alone.get(0).ids());
        assertThat(together.get(i).logProbs())
            .containsExactly(alone.get(0).logProbs(), within(1e-5f));
      }
    }
  }

  @Test
  void aLongPromptTakesNoRoomFromAShortOne() {
    int[] full = IntStream.range(0, TinyPolicy.POSITIONS).map(i -> i % 80).toArray();
    List<Generation> made =
        policy.generate(List.of(full, new int[] {3}), sampling, StopCondition.never());
    // After a prompt that fills the model, one token can still be told.
    assertThat(made).extracting(g -> g.ids().length).containsExactly(1, MOST);
  }

  @Test
  void samplesOfAPromptAreThoseOfThePromptGivenSeveralTimes() {
    SamplingOptions five = sampling.withSamples(5);
    List<Generation> samples = policy.generate(PROMPTS, five, StopCondition.never());
    assertThat(samples)
        .hasSize(15)
        .extracting(g -> Arrays.toString(g.ids()))
        .doesNotHaveDuplicates();
    int[] prompt = PROMPTS.get(1);
    List<Generation> repeated =
        policy.generate(
            List.of(prompt, prompt, prompt, prompt, prompt), sampling, StopCondition.never());
    assertThat(samples.subList(5, 10))
        .extracting(GeneratorTest::ids)
        .containsExactlyElementsOf(repeated.stream().map(GeneratorTest::ids).toList());
  }

  @Test
  void drawsRepeatByStepAndDifferBetweenSteps() {
    List<Generation> first = policy.generate(PROMPTS, sampling, StopCondition.never());
    assertThat(policy.generate(PROMPTS, sampling, StopCondition.never())).isEqualTo(first);
    List<Generation> later = policy.generate(PROMPTS, sampling.withStep(1), StopCondition.never());
    List<Generation> other = policy.generate(PROMPTS, sampling.withSeed(12), StopCondition.never());
    assertThat(later).isNotEqualTo(first).isNotEqualTo(other);
  }

  /** Compares with a forward pass over prompt and tokens, for each way to choose. */
  private void checkLogProbs(List<int[]> prompts, SamplingOptions options, StopCondition stop) {
    List<Generation> made = policy.generate(prompts, options, stop);
    int samples = options.draws().samples();
    for (int i = 0; i < made.size(); i++) {
      int[] prompt = prompts.get(i / samples);
      int[] fresh = made.get(i).ids();
      int[] all = Arrays.copyOf(prompt, prompt.length + fresh.length);
      System.arraycopy(fresh, 0, all, prompt.length, fresh.length);
      float[][] logits = policy.logits(all);
      for (int t = 0; t < fresh.length; t++) {
        float[] row = logits[prompt.length + t - 1];
        assertThat(made.get(i).logProbs()[t])
            .as("%s, sequence %d, token %d", options, i, t)
            .isCloseTo((float) (row[fresh[t]] - Sampler.logSumExp(row)), within(2e-5f));
        if (options.isGreedy() && options.choice().repetitionPenalty() == 1) {
          assertThat(fresh[t]).isEqualTo(Sampler.argmax(row));
        }
      }
    }
  }

  @Test
  void logProbsAreThoseOfAForwardPass() {
    for (SamplingOptions options :
        List.of(
            sampling,
            sampling.withTemperature(0),
            sampling.withTemperature(0.5).withTopK(7),
            sampling.withTopK(70).withTopP(0.8),
            sampling.withRepetitionPenalty(1.5).withSamples(3))) {
      checkLogProbs(PROMPTS, options, StopCondition.never());
    }
  }

  @Test
  void samplingLogProbsAreThoseOfTheDistributionDrawnFrom() {
    Generation plain = policy.generate(PROMPTS, sampling, StopCondition.never()).get(0);
    assertThat(plain.samplingLogProbs()).containsExactly(plain.logProbs(), within(1e-5f));
    Generation one = policy.generate(PROMPTS, sampling.withTopK(1), StopCondition.never()).get(0);
    assertThat(one.samplingLogProbs()).containsOnly(0);
    Generation cool =
        policy.generate(PROMPTS, sampling.withTemperature(0.3), StopCondition.never()).get(0);
    assertThat(Math.abs(cool.samplingLogProbs()[0] - cool.logProbs()[0])).isGreaterThan(1e-3f);
  }

  @Test
  void finishedRowsLeaveTheBatchAndChangeNothing(@TempDir Path dir) {
    List<int[]> prompts = many(24);
    SamplingOptions options = sampling.withMaxNewTokens(40);
    List<Generation> free = policy.generate(prompts, options, StopCondition.never());
    int[] seen = new int[prompts.size()];
    // A third of the rows each at 3 and 12 tokens, so that the batch shrinks twice.
    int[] most = IntStream.range(0, 24).map(i -> i % 3 == 0 ? 40 : i % 3 == 1 ? 3 : 12).toArray();
    List<Generation> made;
    try (ProgramCache programs = policy.programs(CompileOptions.DEFAULT.dumpingTo(dir));
        Generator generator = policy.generator(programs)) {
      made =
          generator.generate(
              prompts, options, (row, id) -> ++seen[row] == most[row], TokenListener.none());
    }
    for (int i = 0; i < 24; i++) {
      assertThat(made.get(i).ids()).isEqualTo(Arrays.copyOf(free.get(i).ids(), most[i]));
    }
    assertThat(dir.resolve("move_24x96_8x96.txt")).isNotEmptyFile();
    assertThat(dir.resolve("decode_8x96.txt")).isNotEmptyFile();
    Arrays.fill(seen, 0);
    checkLogProbs(prompts, options, (row, id) -> ++seen[row] == most[row]);
  }

  @Test
  void longSequencesMoveToLargerCaches(@TempDir Path dir) {
    SamplingOptions options = sampling.withMaxNewTokens(600).withSamples(2);
    try (ProgramCache programs = policy.programs(CompileOptions.DEFAULT.dumpingTo(dir));
        Generator generator = policy.generator(programs)) {
      generator.generate(PROMPTS, options, TokenListener.none());
    }
    assertThat(dir.resolve("move_3x32_6x384.txt")).isNotEmptyFile();
    assertThat(dir.resolve("move_6x384_6x768.txt")).isNotEmptyFile();
    checkLogProbs(List.of(PROMPTS.get(0)), options.withTemperature(0), StopCondition.never());
  }

  @Test
  void cachesAreKeptWhileTheGeneratorLives() {
    int own = policy.state.slots().size();
    try (ProgramCache programs = policy.programs(CompileOptions.DEFAULT);
        Generator generator = policy.generator(programs)) {
      generator.generate(many(4), sampling.withMaxNewTokens(60), TokenListener.none());
      long bytes = policy.state.bytes();
      int compiled = programs.size();
      for (int i = 0; i < 10; i++) {
        // The smaller cache stands in nowhere, the larger one here too.
        generator.generate(many(4), sampling.withMaxNewTokens(30 + i), TokenListener.none());
      }
      assertThat(policy.state.bytes()).isEqualTo(bytes);
      assertThat(programs.size()).isEqualTo(compiled);
      generator.releaseCaches();
      assertThat(policy.state.slots()).hasSize(own);
      assertThat(programs.size()).isZero();
      generator.generate(many(4), sampling, TokenListener.none());
    }
    assertThat(policy.state.slots()).hasSize(own);
  }

  private static List<SamplingOptions> ways(SamplingOptions base) {
    return List.of(
        base,
        base.withTemperature(0),
        base.withTemperature(0).withRepetitionPenalty(1.1),
        base.withTopK(3),
        base.withTopP(0.5));
  }

  @Test
  void logitsThatAreNotNumbersAreAnErrorThatNamesTheStep() {
    // Position 4 is read for the third new token of the first prompt, and before it by nobody.
    policy.poison("transformer.wpe.weight", 4, Float.NaN);
    for (SamplingOptions options : ways(sampling)) {
      assertThatThrownBy(() -> policy.generate(PROMPTS, options, StopCondition.never()))
          .as(options.toString())
          .isInstanceOf(GenerationException.class)
          .hasMessageStartingWith(
              "new token 3 of prompt 0 cannot be chosen: 80 of 80 logits are not numbers (NaN)");
    }
  }

  @Test
  void aCacheOfNumbersThatAreNoneLeavesNoTrace() {
    List<Generation> before = policy.generate(PROMPTS, sampling, StopCondition.never());
    HostTensor weights = policy.state.download("param/transformer.wpe.weight");
    try (ProgramCache programs = policy.programs(CompileOptions.DEFAULT);
        Generator generator = policy.generator(programs)) {
      policy.poison("transformer.wpe.weight", 4, Float.NaN);
      assertThatThrownBy(() -> generator.generate(PROMPTS, sampling, TokenListener.none()))
          .isInstanceOf(GenerationException.class);
      policy.state.upload("param/transformer.wpe.weight", weights);
      assertThat(generator.generate(PROMPTS, sampling, TokenListener.none())).isEqualTo(before);
    }
  }

  @Test
  void infiniteLogitsAreTakenWhereTheLikeliestIsAndRefusedWhereADrawIsMade() {
    policy.poison("lm_head.weight", 7, Float.POSITIVE_INFINITY);
    policy.poison("lm_head.weight", 8, Float.NEGATIVE_INFINITY);
    SamplingOptions one = sampling.withMaxNewTokens(1);
    for (int[] prompt : PROMPTS) {
      float[] logits = policy.logits(prompt)[prompt.length - 1];
      int infinite = logits[7] > 0 ? 7 : 8;
      assertThat(logits[infinite]).isEqualTo(Float.POSITIVE_INFINITY);
      for (SamplingOptions options : ways(one)) {
        if (options.isGreedy()) {
          Generation made = policy.generate(List.of(prompt), options, StopCondition.never()).get(0);
          assertThat(made.ids()).containsExactly(infinite);
        } else {
          assertThatThrownBy(() -> policy.generate(List.of(prompt), options, StopCondition.never()))
              .isInstanceOf(GenerationException.class)
              .hasMessageStartingWith("new token 1 of prompt 0 cannot be drawn: the largest logit");
        }
      }
    }
  }

  @Test
  void tokensOfNoProbabilityAreNeverDrawn() {
    // Without its row's other elements, the logit is minus infinity or plus infinity.
    policy.poison("lm_head.weight", 7, Float.NEGATIVE_INFINITY);
    for (int[] prompt : PROMPTS) {
      if (policy.logits(prompt)[prompt.length - 1][7] == Float.NEGATIVE_INFINITY) {
        SamplingOptions often = sampling.withMaxNewTokens(1).withTemperature(9).withSamples(300);
        List<Generation> made = policy.generate(List.of(prompt), often, StopCondition.never());
        assertThat(made).extracting(g -> g.ids()[0]).doesNotContain(7).contains(6, 8);
        return;
      }
    }
    throw new AssertionError("no prompt gives token 7 a logit of minus infinity");
  }
}
