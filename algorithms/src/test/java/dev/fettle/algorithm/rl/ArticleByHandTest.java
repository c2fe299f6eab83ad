package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.objective.ExampleSums;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.SharedPrompts;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.support.ProgramKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The article's A2C by plain arithmetic on the model's hidden states: the value of a prompt is the
 * mean of the head over its tokens, the advantage the reward less that, the loss {@code -A log p}
 * and half the squared error.
 */
class ArticleByHandTest {
  private static final double REWARD_OF_ODD = 1;
  private static final double REWARD_OF_EVEN = -0.25;

  @TempDir private Path dir;

  /** What a model makes of a sequence: [position][embed]. */
  private static double[][] hidden(TinyRl rl, Example example) {
    RowPlan plan = RowPlan.of(List.of(example), PackingOptions.of(Packing.NONE, 64));
    MicroBatch rows = BatchSource.portions(plan, 1, Function.identity()).iterator().next();
    TokenLogProbs logProbs = new TokenLogProbs(new SharedPrompts(), 1);
    ProgramKey key = ExampleSums.key(TokenLogProbs.key(rows), rows);
    ProgramBuilder b = new ProgramBuilder("hidden");
    ObjectiveContext c = rl.policy.frozenContext(b);
    b.output("hidden", logProbs.build(c, key).read().hidden());
    Map<String, DeviceTensor> results =
        rl.programs
            .share()
            .get(key.forKind("hidden"), b::build)
            .run(rl.policy.state(), rl.policy.inputs(logProbs.inputs(rows, key, 1)));
    try (DeviceTensor states = Objects.requireNonNull(results.get("hidden"))) {
      float[] all = states.toHost().toFloats();
      int embed = all.length / rows.length();
      double[][] each = new double[example.length()][embed];
      for (int t = 0; t < each.length; t++) {
        for (int e = 0; e < embed; e++) {
          each[t][e] = all[t * embed + e];
        }
      }
      return each;
    }
  }

  private static float[] weight(TinyRl rl, String name) {
    return rl.policy.trainables().stream()
        .filter(p -> p.name().endsWith(name))
        .map(p -> rl.policy.parameter(p).toFloats())
        .findFirst()
        .orElseThrow();
  }

  private static double dot(double[] state, float[] weights, int row) {
    double sum = 0;
    for (int e = 0; e < state.length; e++) {
      sum += state[e] * weights[row * state.length + e];
    }
    return sum;
  }

  /** The log-probability of a token after a state. */
  private static double logProb(double[] state, float[] words, int id) {
    double sum = 0;
    for (int v = 0; v < TinyRl.VOCAB; v++) {
      sum += Math.exp(dot(state, words, v));
    }
    return dot(state, words, id) - Math.log(sum);
  }

  @Test
  void valueAdvantageAndLoss() {
    String recipe =
        "type: a2c, preset: article, maxNewTokens: 5, kl: 0, critic: { coefficient: 0.3 }";
    try (TinyRl rl = new TinyRl(TinyRl.setting(Recipes.of(dir, recipe)), dir)) {
      var step = rl.next();
      float[] head = weight(rl, "v_head.weight");
      float[] words = weight(rl, "wte.weight");
      double policyLoss = 0;
      double valueLoss = 0;
      int tokens = 0;
      List<Trajectory> answers = TinyRl.answers(step);
      for (Trajectory t : answers) {
        double[][] states = hidden(rl, t.example());
        int prompt = t.length() - t.targets();
        double value = 0;
        for (int i = 0; i < prompt; i++) {
          value += dot(states[i], head, 0) / prompt;
        }
        double reward = 0;
        for (int i = prompt; i < t.length(); i++) {
          reward += t.example().ids()[i] % 2 == 1 ? REWARD_OF_ODD : REWARD_OF_EVEN;
        }
        assertThat(t.values()).containsExactly(new float[] {(float) value}, within(1e-5f));
        assertThat(t.returns()).containsExactly(new float[] {(float) reward}, within(1e-6f));
        for (int i = prompt; i < t.length(); i++) {
          assertThat((double) t.advantages()[i - prompt]).isCloseTo(reward - value, within(1e-5));
          policyLoss -= (reward - value) * logProb(states[i - 1], words, t.example().ids()[i]);
          tokens++;
        }
        valueLoss += (value - reward) * (value - reward) / 2;
      }
      Map<String, Double> metrics = new HashMap<>(rl.learn(step, 0.1).metrics());
      List<Double> expected = new ArrayList<>();
      expected.add(policyLoss / tokens);
      expected.add(valueLoss / answers.size());
      assertThat(metrics.get("policy_loss")).isCloseTo(expected.get(0), within(1e-5));
      assertThat(metrics.get("value_loss")).isCloseTo(expected.get(1), within(1e-5));
      assertThat(metrics.get("loss"))
          .isCloseTo(expected.get(0) + 0.3 * expected.get(1), within(1e-5));
    }
  }
}
