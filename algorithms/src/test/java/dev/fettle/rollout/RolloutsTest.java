package dev.fettle.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fettle.algorithm.RunSite;
import dev.fettle.metrics.ProgressBars.Bar;
import dev.fettle.metrics.ProgressBars.Work;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.StopReason;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolloutsTest {
  private static final int PROMPTS = 7;
  private static final int SAMPLES = 3;

  @TempDir private Path dir;

  /** Stops after so many questions whether to go on. */
  private record Site(Path directory, AtomicInteger left) implements RunSite {
    @Override
    public Bar show(Work work) {
      return new Bar() {
        @Override
        public void at(long done, String message) {}

        @Override
        public void close() {}
      };
    }

    @Override
    public void tell(String line) {}

    @Override
    public void warn(String warning) {}

    @Override
    public void requireGoingOn() {
      if (left.getAndDecrement() == 0) {
        throw new CancellationException("stopped");
      }
    }
  }

  /** Answers by the number of prompt, sample and step, and counts what it is asked. */
  private static final class Counting implements Sampler {
    private final List<Integer> asked = new ArrayList<>();
    private int closed;

    @Override
    public List<Completion> sample(List<SamplePrompt> prompts, SamplingOptions options) {
      asked.add(prompts.size());
      List<Completion> all = new ArrayList<>();
      for (SamplePrompt p : prompts) {
        for (int s = 0; s < options.draws().samples(); s++) {
          int[] ids = new int[1 + s];
          float[] none = new float[ids.length];
          StopReason reason = s == 2 ? StopReason.LIMIT : StopReason.STOP_TOKEN;
          String text = p.index() + "." + s + "." + options.draws().step();
          all.add(new Completion(p, s, text, new Generation(ids, none, none, reason)));
        }
      }
      return all;
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private static RoundPrompts prompts() {
    List<SamplePrompt> prompts = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      var row = JsonNodeFactory.instance.objectNode().put("prompt", "p" + i);
      // Rows between them were dropped.
      prompts.add(new SamplePrompt(10L * i, row, "p" + i, false, new int[] {5, i}));
    }
    return new RoundPrompts(prompts);
  }

  private Rollouts rollouts(Counting sampler, int perRound, int stopAfter, String policy) {
    RewardFunction bySample =
        RewardFunction.ofEach(c -> c.prompt().index() == 4 ? Double.NaN : c.sample());
    RewardFunction one = RewardFunction.ofEach(c -> 1);
    WeightedRewards rewards =
        new WeightedRewards(
            List.of(
                new WeightedRewards.Part("a", 2, bySample),
                new WeightedRewards.Part("b", -1, one)));
    SamplingOptions sampling = SamplingOptions.sampling(9).withSeed(3).withSamples(SAMPLES);
    return new Rollouts(
        prompts(),
        // Two prompts are written down at a time.
        new Rollouts.Options(sampling, perRound, 2, "rewards"),
        new Rollouts.Means(
            () -> sampler, () -> policy, rewards, new Site(dir, new AtomicInteger(stopAfter))));
  }

  private static List<RewardedAnswer> answers(Rollouts rollouts, int round) {
    List<RewardedAnswer> all = new ArrayList<>();
    RoundRows.answers(rollouts.files(round), (answer, origin) -> all.add(answer));
    return all;
  }

  @Test
  void everyAnswerIsRewardedAndKept() {
    Counting sampler = new Counting();
    Rollouts rollouts = rollouts(sampler, 0, 999, "p");
    Rollouts.Rollout rollout = rollouts.run(2, 3);
    assertThat(sampler.asked).containsExactly(2, 2, 2, 1);
    assertThat(sampler.closed).isEqualTo(1);
    List<RewardedAnswer> answers = answers(rollouts, 2);
    assertThat(answers).hasSize(PROMPTS * SAMPLES);
    assertThat(answers.get(4).text()).isEqualTo("1.1.2");
    assertThat(answers.get(4).reward()).isEqualTo(1);
    assertThat(answers.get(4).rewards()).containsEntry("a", 1.0).containsEntry("b", 1.0);
    assertThat(answers.get(5).stopped()).isFalse();
    // Prompt 4 has the second reward alone: -1; the others have -1, 1 and 3.
    assertThat(rollout.metrics())
        .containsEntry("reward", (6 * 3 - 3) / 21.0)
        .containsEntry("rewards/a/mean", 1.0)
        .containsEntry("rewards/b/mean", 1.0)
        .containsEntry("completions/mean_length", 2.0)
        .containsEntry("completions/clipped_ratio", 7 / 21.0)
        .containsKeys("reward_std", "timing/rollout", "timing/reward");
    assertThat(rollout.statistics().best()).isEqualTo((6 * 3 - 1) / 7.0);
  }

  /** Stopped at any time, and begun again, the file is the same, and no batch is sampled twice. */
  @Test
  void aStoppedRolloutGoesOn() throws IOException {
    Rollouts whole = rollouts(new Counting(), 0, 999, "p");
    whole.run(1, 1);
    byte[] wanted = Files.readAllBytes(whole.files(1).samples());
    for (int stop = 0; stop < 8; stop++) {
      Files.delete(whole.files(1).samples());
      Counting sampler = new Counting();
      Rollouts stopped = rollouts(sampler, 0, stop, "p");
      assertThatThrownBy(() -> stopped.run(1, 1)).isInstanceOf(CancellationException.class);
      assertThat(sampler.closed).isEqualTo(1);
      int before = sampler.asked.size();
      rollouts(sampler, 0, 999, "p").run(1, 1);
      assertThat(Files.readAllBytes(whole.files(1).samples())).isEqualTo(wanted);
      // The batch that was sampled when it stopped, before its rewards, is sampled again.
      assertThat(sampler.asked.size()).isEqualTo(4 + before - stop / 2);
    }
  }

  @Test
  void whatIsThereIsNotSampledAgainUnlessThePolicyIsAnother() {
    rollouts(new Counting(), 0, 999, "p").run(1, 1);
    Counting again = new Counting();
    rollouts(again, 0, 999, "p").run(1, 1);
    assertThat(again.asked).isEmpty();
    rollouts(again, 0, 999, "q").run(1, 1);
    assertThat(again.asked).hasSize(4);
  }

  @Test
  void roundsOfSomePromptsWalkOverAll() {
    Rollouts rollouts = rollouts(new Counting(), 3, 999, "p");
    List<Long> asked = new ArrayList<>();
    for (int round = 1; round <= PROMPTS; round++) {
      assertThat(rollouts.promptsOf(round)).hasSize(3);
      rollouts.promptsOf(round).forEach(p -> asked.add(p.index()));
    }
    for (int pass = 0; pass < 3; pass++) {
      assertThat(asked.subList(pass * PROMPTS, (pass + 1) * PROMPTS))
          .containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L);
    }
  }

  @Test
  void aDamagedFileIsTold() throws IOException {
    Rollouts rollouts = rollouts(new Counting(), 0, 999, "p");
    rollouts.run(1, 1);
    Path samples = rollouts.files(1).samples();
    List<String> lines = new ArrayList<>(Files.readAllLines(samples));
    lines.set(2, "{\"prompt\": \"p\"}");
    Files.write(samples, lines);
    assertThatThrownBy(() -> answers(rollouts, 1)).hasMessageContaining("samples.jsonl:3");
    lines.set(2, "{\"prom");
    Files.write(samples, lines);
    assertThatThrownBy(() -> answers(rollouts, 1))
        .hasMessageContaining("samples.jsonl:3 is damaged");
    Files.delete(samples);
    assertThatThrownBy(() -> answers(rollouts, 1)).hasMessageContaining("is gone");
  }
}
