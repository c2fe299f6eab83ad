package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.models.generate.Generation;
import dev.fettle.reward.RewardException;
import dev.fettle.reward.RewardFunction;
import dev.fettle.sample.Completion;
import dev.fettle.settings.ConfigException;
import dev.fettle.train.StepResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of reinforcement learning as they are put together: what is refused, and odd answers. */
class RlTrainingTest {
  @TempDir private Path dir;

  private TinyRl.Setting setting(String algorithm) {
    return TinyRl.setting(Recipes.of(dir, algorithm));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type: grpo, samplesPerPrompt: 3 | 4 | train.batchSize: is 4 answers, no multiple of"
            + " algorithm.samplesPerPrompt, 3; change one of them, or give algorithm.promptsPerRound",
        "type: ppo, promptsPerRound: 9 | 3 | algorithm.promptsPerRound: asks 9 prompts in a rollout,"
            + " and data.train has 8; lower it, or raise algorithm.samplesPerPrompt",
        "type: a2c | 16 | train.batchSize: asks 16 prompts in a rollout, and data.train has 8; lower"
            + " it, or raise algorithm.samplesPerPrompt",
        "type: ppo, promptsPerRound: 3, samplesPerPrompt: 2 | 4 | train.batchSize: is 4, which does"
            + " not divide the 6 answers of a rollout (algorithm.promptsPerRound x samplesPerPrompt)",
      })
  void sizesThatDoNotFitAreRefused(String algorithm, int batch, String message) {
    assertThatThrownBy(() -> new TinyRl(setting(algorithm).inBatches(batch, 2), dir))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void rowsThatCutAnswersAreRefused() {
    assertThatThrownBy(() -> new TinyRl(setting("type: a2c").packed(Packing.WRAPPED), dir))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data.packing")
        .hasMessageContaining("use bfd or none");
  }

  /** One prompt eight times over: its answers are drawn anew each time, and again the same ones. */
  @Test
  void aPromptThatIsAskedTwiceIsAnsweredTwice() {
    List<int[]> same = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      same.add(new int[] {7, 11});
    }
    TinyRl.Setting setting =
        setting("type: grpo, samplesPerPrompt: 2, maxNewTokens: 6").asking(same).inBatches(16, 4);
    List<List<Trajectory>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (TinyRl rl = new TinyRl(setting, dir)) {
        runs.add(TinyRl.answers(rl.next()));
      }
    }
    assertThat(runs.get(0)).hasSize(16);
    assertThat(new HashSet<>(runs.get(0).stream().map(Trajectory::example).toList()))
        .as("a few may be short and alike")
        .hasSizeGreaterThanOrEqualTo(14);
    assertThat(runs.get(1)).isEqualTo(runs.get(0));
  }

  private static List<Integer> ids(int[] prompt, int[] answer) {
    List<Integer> all = new ArrayList<>();
    Arrays.stream(prompt).forEach(all::add);
    Arrays.stream(answer).forEach(all::add);
    return all;
  }

  /** What is learnt from is the distribution that was drawn from, not the model's own. */
  @ParameterizedTest
  @ValueSource(doubles = {0.6, 1, 1.7})
  void logProbsAreThoseOfTheDistributionThatWasDrawnFrom(double temperature) {
    Map<List<Integer>, Generation> drawn = new HashMap<>();
    RewardFunction watching =
        completions -> {
          for (Completion c : completions) {
            drawn.put(ids(c.prompt().ids(), c.generation().ids()), c.generation());
          }
          return TinyRl.ODD.score(completions);
        };
    TinyRl.Setting setting =
        setting("type: ppo, maxNewTokens: 6, temperature: " + temperature)
            .inBatches(8, 4)
            .rewarded(watching);
    try (TinyRl rl = new TinyRl(setting, dir)) {
      List<Trajectory> answers = TinyRl.answers(rl.next());
      assertThat(answers).hasSize(8);
      boolean differs = false;
      for (Trajectory t : answers) {
        Generation g = Objects.requireNonNull(drawn.get(ids(t.example().ids(), new int[0])));
        assertThat(t.logProbs()).containsExactly(g.samplingLogProbs(), within(1e-5f));
        differs |= Math.abs(t.logProbs()[0] - g.logProbs()[0]) > 1e-2;
        // The reference, which is the same model, is tempered too.
        assertThat(t.reference()).containsExactly(t.logProbs(), within(1e-5f));
      }
      assertThat(differs).isEqualTo(temperature != 1);
    }
  }

  /** Where answers lie changes nothing: one micro-batch of eight is eight of one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "type: a2c, entropyCoefficient: 0.1",
        "type: a2c, preset: article, kl: 0.5",
        "type: ppo, clip: 0.05, critic: { body: separate, clip: 0.05 }",
        "type: grpo, samplesPerPrompt: 4, kl: 0.3, passes: 2",
        "type: rloo, samplesPerPrompt: 2, passes: 2",
        "type: reinforce",
      })
  void packingAndMicroBatchesChangeNoStep(String algorithm) {
    TinyRl.Setting setting = setting(algorithm + ", maxNewTokens: 6");
    Learnt wanted = learnt(setting.inBatches(8, 8));
    assertThat(wanted.moved()).as("something is learnt").isGreaterThan(1e-3);
    for (Packing packing : List.of(Packing.NONE, Packing.BFD)) {
      for (int micro : new int[] {1, 2, 3, 8}) {
        Learnt other = learnt(setting.inBatches(8, micro).packed(packing));
        String where = packing + " in micro-batches of " + micro;
        assertThat(other.metrics().keySet()).as(where).isEqualTo(wanted.metrics().keySet());
        wanted
            .metrics()
            .forEach(
                (name, value) ->
                    assertThat(Objects.requireNonNull(other.metrics().get(name)))
                        .as("%s, %s", name, where)
                        .isCloseTo(value, within(1e-5 * Math.max(1, Math.abs(value)))));
        assertThat(other.parameters()).as(where).containsExactly(wanted.parameters(), within(1e-5));
      }
    }
  }

  /** What two steps on a rollout come to. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared as a whole
  private record Learnt(Map<String, Double> metrics, double[] parameters, double moved) {}

  private Learnt learnt(TinyRl.Setting setting) {
    try (TinyRl rl = new TinyRl(setting, dir)) {
      double[] before = rl.parameters();
      Map<String, Double> metrics = new HashMap<>();
      for (int step = 0; step < 2; step++) {
        int number = step;
        rl.learn(rl.next(), 0.05).metrics().forEach((n, v) -> metrics.put(number + "/" + n, v));
      }
      double[] after = rl.parameters();
      double moved = 0;
      for (int i = 0; i < after.length; i++) {
        moved = Math.max(moved, Math.abs(after[i] - before[i]));
      }
      return new Learnt(metrics, after, moved);
    }
  }

  /** Loss 0, no number that is none, and no weight that moves. */
  private void learnsNothing(TinyRl.Setting setting) {
    try (TinyRl rl = new TinyRl(setting, dir)) {
      double[] before = rl.parameters();
      for (int i = 0; i < 2; i++) {
        StepBatch<TrajectoryBatch> step = rl.next();
        assertThat(TinyRl.answers(step)).noneMatch(Trajectory::learnt);
        StepResult result = rl.learn(step, 0.1);
        assertThat(result.metrics().values()).allSatisfy(v -> assertThat(v).isFinite());
        assertThat(result.metrics().get("loss")).isZero();
      }
      assertThat(rl.parameters()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "type: a2c, whitenAdvantages: true",
        "type: a2c, preset: article",
        "type: ppo, whitenRewards: true",
        "type: grpo, samplesPerPrompt: 2",
        "type: grpo, samplesPerPrompt: 2, lossType: dapo",
        "type: rloo, samplesPerPrompt: 2, passes: 2",
        "type: reinforce, rewardScale: running",
      })
  void answersThatAreAllCutAndMaskedTeachNothing(String algorithm) {
    AtomicInteger stopped = new AtomicInteger();
    RewardFunction counting =
        completions -> {
          completions.forEach(c -> stopped.addAndGet(c.stopped() ? 1 : 0));
          return TinyRl.ODD.score(completions);
        };
    // One token, which is not the last of its text: nothing ends.
    learnsNothing(
        setting(algorithm + ", maskTruncated: true, maxNewTokens: 1, topK: 2").rewarded(counting));
    assertThat(stopped).as("answers that ended by themselves").hasValue(0);
    learnsNothing(
        setting(algorithm + ", maxNewTokens: 4").rewarded(RewardFunction.ofEach(c -> Double.NaN)));
  }

  /** The smallest rollout: one answer of one token. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "type: a2c, whitenAdvantages: true",
        "type: a2c, preset: article, whitenAdvantages: true",
        "type: ppo, rewardScale: batch",
        "type: reinforce, whitenAdvantages: true, rewardScale: running",
      })
  void oneAnswerOfOneTokenIsARollout(String algorithm) {
    try (TinyRl rl = new TinyRl(setting(algorithm + ", maxNewTokens: 1").inBatches(1, 1), dir)) {
      for (int i = 0; i < 3; i++) {
        StepBatch<TrajectoryBatch> step = rl.next();
        assertThat(step.found().values()).allSatisfy(v -> assertThat(v).isFinite());
        assertThat(rl.learn(step, 0.01).metrics().values())
            .allSatisfy(v -> assertThat(v).isFinite());
      }
    }
  }

  @Test
  void rewardsThatFailEndTheRunInOneLine() {
    RewardFunction failing =
        completions -> {
          throw new IllegalStateException("the server is away");
        };
    try (TinyRl rl = new TinyRl(setting("type: a2c, maxNewTokens: 5").rewarded(failing), dir)) {
      assertThatThrownBy(rl::next)
          .isInstanceOf(RewardException.class)
          .hasMessageContaining("reward function test failed")
          .hasMessageContaining("the server is away");
    }
    RewardFunction infinite = RewardFunction.ofEach(c -> Double.NEGATIVE_INFINITY);
    try (TinyRl rl = new TinyRl(setting("type: a2c, maxNewTokens: 5").rewarded(infinite), dir)) {
      assertThatThrownBy(rl::next)
          .isInstanceOf(RewardException.class)
          .hasMessageContaining("gave -Infinity for the answer");
    }
    assertThat(Files.exists(dir.resolve("rollouts/000001.jsonl"))).isFalse();
  }

  /** A reward larger than floats are: the loss is not finite, and nothing is changed. */
  @Test
  void aRewardBeyondFloatsChangesNothing() {
    RewardFunction vast = RewardFunction.ofEach(c -> 1e300);
    try (TinyRl rl = new TinyRl(setting("type: a2c, maxNewTokens: 5").rewarded(vast), dir)) {
      double[] before = rl.parameters();
      StepBatch<TrajectoryBatch> step = rl.next();
      assertThatThrownBy(() -> rl.learn(step, 0.1)).hasMessageContaining("loss");
      assertThat(rl.parameters()).isEqualTo(before);
    }
  }
}
