package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.GenerationException;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.StopCondition;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a generator does call after call, on every backend. */
class GenerationCallsTest {
  private static final int CALLS = 200;
  private static final int ROUND = 12;
  private static final SamplingOptions SAMPLING =
      SamplingOptions.sampling(12).withStopIds(Set.of()).withSeed(3);

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  /** A tiny policy and its generator. */
  private record Opened(Backend backend, Policy policy, ProgramCache programs, Generator generator)
      implements AutoCloseable {

    static Opened on(String id) throws IOException {
      Backend backend = TestBackends.open(id);
      Policy policy = TinyModel.on(backend, ForwardOptions.DEFAULT);
      ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
      GeneratorModel model = new GeneratorModel(policy.spec(), Precision.FULL);
      return new Opened(backend, policy, programs, new Generator(model, policy.state(), programs));
    }

    List<Generation> generate(List<int[]> prompts, SamplingOptions options) {
      return generator.generate(prompts, options, TokenListener.none());
    }

    @Override
    public void close() {
      generator.close();
      programs.close();
      policy.close();
      backend.close();
    }
  }

  private static List<int[]> prompts(int rows, int length) {
    Random random = new Random(31L * rows + length);
    return IntStream.range(0, rows)
        .mapToObj(i -> random.ints(length, 0, TinyModel.VOCAB).toArray())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void callsOfVariedSizeSettle(String id) throws IOException {
    try (Opened tiny = Opened.on(id)) {
      double[] millis = new double[CALLS];
      long bytes = 0;
      int programs = 0;
      for (int i = 0; i < CALLS; i++) {
        List<int[]> prompts = prompts(1 + i / 2 % 6, i % 2 == 0 ? 10 : 50);
        long start = System.nanoTime();
        tiny.generate(prompts, SAMPLING.withStep(i));
        millis[i] = (System.nanoTime() - start) / 1e6;
        if (i == 2 * ROUND) {
          bytes = tiny.policy.state().bytes();
          programs = tiny.programs.size();
        }
      }
      // No slot is made anew and no program compiled once every size has been there.
      assertThat(tiny.policy.state().bytes()).isEqualTo(bytes);
      assertThat(tiny.programs.size()).isEqualTo(programs).isLessThan(30);
      double early = median(Arrays.copyOfRange(millis, 2 * ROUND, 5 * ROUND));
      double late = median(Arrays.copyOfRange(millis, CALLS - 3 * ROUND, CALLS));
      assertThat(late).isLessThan(4 * early + 20);
    }
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aPromptIsContinuedAloneAsAmongOthers(String id) throws IOException {
    List<int[]> prompts = IntStream.rangeClosed(1, 9).mapToObj(n -> prompts(1, n).get(0)).toList();
    try (Opened tiny = Opened.on(id)) {
      for (SamplingOptions options :
          List.of(
              SAMPLING,
              SAMPLING.withTemperature(0),
              SAMPLING.withTemperature(0.7).withTopK(9),
              SAMPLING.withTopP(0.8).withRepetitionPenalty(1.2))) {
        List<Generation> together = tiny.generate(prompts, options);
        for (int i = 0; i < prompts.size(); i++) {
          Generation alone = tiny.generate(List.of(prompts.get(i)), options).get(0);
          assertThat(together.get(i).ids()).isEqualTo(alone.ids());
          assertThat(together.get(i).logProbs()).containsExactly(alone.logProbs(), within(2e-5f));
          assertThat(together.get(i).samplingLogProbs())
              .containsExactly(alone.samplingLogProbs(), within(5e-5f));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void everyBackendDrawsWhatTheReferenceDraws(String id) throws IOException {
    List<int[]> prompts = prompts(4, 11);
    SamplingOptions options = SAMPLING.withSamples(3).withTopK(20).withMaxNewTokens(30);
    try (Opened tiny = Opened.on(id);
        Opened reference = Opened.on("reference")) {
      List<Generation> made = tiny.generate(prompts, options);
      List<Generation> expected = reference.generate(prompts, options);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(made.get(i).ids()).isEqualTo(expected.get(i).ids());
        assertThat(made.get(i).logProbs())
            .containsExactly(expected.get(i).logProbs(), within(2e-5f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void finishedRowsLeaveTheBatchAndChangeNothing(String id) throws IOException {
    List<int[]> prompts = prompts(16, 7);
    SamplingOptions options = SAMPLING.withMaxNewTokens(24);
    int[] most = IntStream.range(0, 16).map(i -> i % 4 == 0 ? 24 : 2 + i / 2).toArray();
    int[] seen = new int[16];
    StopCondition stop = (row, token) -> ++seen[row] == most[row];
    try (Opened tiny = Opened.on(id)) {
      List<Generation> free = tiny.generate(prompts, options);
      List<Generation> made = tiny.generator.generate(prompts, options, stop, TokenListener.none());
      for (int i = 0; i < made.size(); i++) {
        assertThat(made.get(i).ids()).isEqualTo(Arrays.copyOf(free.get(i).ids(), most[i]));
      }
      assertThat(tiny.policy.state().slots())
          .extracting(s -> s.name().replaceAll("(.*x.*)/.*", "$1"))
          .contains("cache/16x64", "cache/8x64", "cache/4x64");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void logitsThatAreNotNumbersAreErrors(String id) throws IOException {
    try (Opened tiny = Opened.on(id)) {
      ParameterSpec norm =
          tiny.policy.parts().parameters().stream()
              .filter(p -> p.name().equals("model.norm.weight"))
              .findFirst()
              .orElseThrow();
      HostTensor weights = tiny.policy.parameter(norm);
      weights.set(5, Double.NaN);
      tiny.policy.state().upload(norm.slot().name(), weights);
      for (SamplingOptions options :
          List.of(SAMPLING, SAMPLING.withTemperature(0), SAMPLING.withTopK(5))) {
        assertThatThrownBy(() -> tiny.generate(prompts(2, 4), options))
            .isInstanceOf(GenerationException.class)
            .hasMessageStartingWith("new token 1 of prompt 0 cannot be chosen: 61 of 61 logits");
      }
    }
  }
}
