package dev.fettle.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fettle.data.encode.TinyTokenizer;
import dev.fettle.data.read.DataException;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.StopReason;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.sample.PromptSampler.Settings;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many prompts answered by a small model, in whatever batches. */
class PromptSamplerTest {
  private static final SamplingOptions SAMPLING =
      SamplingOptions.sampling(12).withSeed(5).withSamples(3);

  @TempDir private Path dir;
  private Tokenizer tokenizer;
  private final TinyPolicy policy = new TinyPolicy();

  @BeforeEach
  void load() throws IOException {
    tokenizer = TinyTokenizer.in(dir);
  }

  @AfterEach
  void close() {
    policy.close();
    tokenizer.close();
  }

  private SamplePrompt prompt(int index, String text, boolean chat) {
    return new SamplePrompt(
        index,
        JsonNodeFactory.instance.objectNode().put("prompt", text),
        text,
        chat,
        PromptIds.of(tokenizer, text, chat));
  }

  private List<SamplePrompt> prompts() {
    Random random = new Random(3);
    List<SamplePrompt> prompts = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      StringBuilder text = new StringBuilder();
      random.ints(1 + random.nextInt(14), 'a', 'z' + 1).forEach(c -> text.append((char) c));
      prompts.add(prompt(i, text.toString(), i % 3 == 0));
    }
    return prompts;
  }

  private PromptSampler sampler(Settings settings) {
    return new PromptSampler(
        policy.generator,
        Optional.of(tokenizer),
        StopTokens.of(tokenizer, Optional.of(ChatMl.template())),
        settings);
  }

  /** The tokens and texts of answers; log-probabilities round otherwise in other batches. */
  private static List<String> told(List<Completion> answers) {
    return answers.stream()
        .map(
            a ->
                a.prompt().index()
                    + "/"
                    + a.sample()
                    + " "
                    + a.generation()
                    + " "
                    + a.generation().reason()
                    + " "
                    + a.text())
        .toList();
  }

  @Test
  void anAnswerDoesNotDependOnItsBatch() {
    List<Completion> one = sampler(Settings.usual().withBatchSize(1)).sample(prompts(), SAMPLING);
    assertThat(one).hasSize(27);
    for (int size : new int[] {2, 4, 7, 16, 100}) {
      List<Completion> many =
          sampler(Settings.usual().withBatchSize(size)).sample(prompts(), SAMPLING);
      assertThat(told(many)).as("batches of %d", size).isEqualTo(told(one));
    }
  }

  @Test
  void anAnswerDoesNotDependOnOtherPromptsNorTheirOrder() {
    List<SamplePrompt> prompts = prompts();
    List<String> all = told(sampler(Settings.usual()).sample(prompts, SAMPLING));
    List<String> some = told(sampler(Settings.usual()).sample(prompts.subList(4, 6), SAMPLING));
    assertThat(some).isEqualTo(all.subList(12, 18));
    List<SamplePrompt> turned = new ArrayList<>(prompts);
    Collections.reverse(turned);
    assertThat(told(sampler(Settings.usual()).sample(turned, SAMPLING)))
        .containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void fewerSamplesAreTheFirstOnes() {
    List<String> three = told(sampler(Settings.usual()).sample(prompts(), SAMPLING));
    List<String> two = told(sampler(Settings.usual()).sample(prompts(), SAMPLING.withSamples(2)));
    assertThat(two.subList(0, 2)).isEqualTo(three.subList(0, 2));
    assertThat(two.subList(2, 4)).isEqualTo(three.subList(3, 5));
  }

  @Test
  void samplesDifferAndEqualPromptsHaveEqualOnes() {
    List<SamplePrompt> twice = List.of(prompt(0, "abc", false), prompt(1, "abc", false));
    List<Completion> answers = sampler(Settings.usual()).sample(twice, SAMPLING);
    assertThat(answers.subList(0, 3))
        .extracting(a -> a.generation().toString())
        .doesNotHaveDuplicates();
    for (int s = 0; s < 3; s++) {
      assertThat(answers.get(3 + s).generation().ids())
          .isEqualTo(answers.get(s).generation().ids());
    }
  }

  @Test
  void greedyAnswersAreThoseOfTheGenerator() {
    SamplingOptions greedy = SamplingOptions.greedy(12);
    List<SamplePrompt> prompts = prompts();
    List<Completion> answers = sampler(Settings.usual().withBatchSize(4)).sample(prompts, greedy);
    for (SamplePrompt p : prompts) {
      SamplingOptions ending =
          greedy.withStopIds(p.chat() ? Set.of(TinyTokenizer.EOS, 3) : Set.of(TinyTokenizer.EOS));
      Generation alone =
          policy.generator.generate(List.of(p.ids()), ending, TokenListener.none()).get(0);
      Completion answer = answers.get((int) p.index());
      assertThat(answer.generation().ids()).isEqualTo(alone.ids());
      assertThat(answer.generation().reason()).isEqualTo(alone.reason());
      assertThat(answer.text()).isEqualTo(tokenizer.decode(alone.ids(), true));
    }
  }

  @Test
  void theEndOfATurnEndsAnswersOfConversationsAlone() {
    List<SamplePrompt> prompts = prompts();
    SamplingOptions many = SAMPLING.withSamples(40);
    int turns = 0;
    for (Completion a : sampler(Settings.usual()).sample(prompts, many)) {
      int[] ids = a.generation().ids();
      int end = ids[ids.length - 1];
      assertThat(a.stopped())
          .isEqualTo(end == TinyTokenizer.EOS || (a.prompt().chat() && end == 3));
      assertThat(a.generation().reason())
          .isEqualTo(a.stopped() ? StopReason.STOP_TOKEN : StopReason.LIMIT);
      turns += a.stopped() && end == 3 ? 1 : 0;
    }
    assertThat(turns).isPositive();
  }

  @Test
  void stopStringsEndAnswersAndAreLeftOut() {
    List<Completion> free = sampler(Settings.usual()).sample(prompts(), SAMPLING);
    String stop = free.get(4).text().substring(2, 4);
    List<Completion> stopped =
        sampler(Settings.usual().withStops(StopStrings.of(stop))).sample(prompts(), SAMPLING);
    assertThat(stopped.get(4).text())
        .isEqualTo(free.get(4).text().substring(0, free.get(4).text().indexOf(stop)));
    assertThat(stopped.get(4).stopped()).isTrue();
    assertThat(stopped).noneMatch(a -> a.text().contains(stop));
  }

  @Test
  void theListenerIsToldOfTokensAndMayEndTheCall() {
    int[] tokens = new int[1];
    List<Integer> batches = new ArrayList<>();
    SamplingListener counting =
        new SamplingListener() {
          @Override
          public void onToken() {
            tokens[0]++;
          }

          @Override
          public void onBatch(List<Generation> made) {
            batches.add(made.size());
          }
        };
    List<Completion> all =
        sampler(Settings.usual().withBatchSize(8).toldTo(counting)).sample(prompts(), SAMPLING);
    assertThat(tokens[0]).isEqualTo(all.stream().mapToInt(a -> a.generation().ids().length).sum());
    assertThat(batches).containsExactly(8, 8, 8, 3);
    SamplingListener ending =
        new SamplingListener() {
          @Override
          public void onToken() {
            throw new IllegalStateException("enough");
          }
        };
    PromptSampler ended = sampler(Settings.usual().toldTo(ending));
    assertThatThrownBy(() -> ended.sample(prompts(), SAMPLING)).hasMessage("enough");
    assertThat(sampler(Settings.usual()).sample(prompts(), SAMPLING)).hasSize(27);
  }

  @Test
  void withoutATokenizerThereAreTokensAlone() {
    PromptSampler plain =
        new PromptSampler(
            policy.generator, Optional.empty(), StopTokens.of(Set.of(1)), Settings.usual());
    List<Completion> answers = plain.sample(prompts(), SAMPLING);
    assertThat(answers).extracting(Completion::text).containsOnly("");
    assertThatThrownBy(
            () ->
                new PromptSampler(
                    policy.generator,
                    Optional.empty(),
                    StopTokens.of(Set.of()),
                    Settings.usual().withStops(StopStrings.of("x"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("tokenizer.json");
  }

  @Test
  void aRunGoesOnWithTheBitsOfOneThatWasNeverBrokenOff() {
    List<SamplePrompt> prompts = prompts();
    SampleRun run = new SampleRun(sampler(Settings.usual().withBatchSize(4)), SAMPLING, 4);
    List<Completion> straight = new ArrayList<>();
    run.run(prompts, 0, (answers, there) -> answers.forEach(straight::addAll));
    assertThat(straight).hasSize(27);
    for (int there = 0; there <= prompts.size(); there++) {
      List<Completion> rest = new ArrayList<>();
      run.run(
          prompts, there, (answers, before) -> answers.stream().skip(before).forEach(rest::addAll));
      assertThat(rest).isEqualTo(straight.subList(3 * there, 27));
    }
  }
}
