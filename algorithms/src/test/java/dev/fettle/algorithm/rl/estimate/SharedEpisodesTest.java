package dev.fettle.algorithm.rl.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.rl.estimate.Whitening.Deviation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers of hh-rlhf that a fine-tuned TinyStories-656K scored, against torch in float64. */
class SharedEpisodesTest {
  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    Path file =
        Path.of(System.getProperty("fettle.shared", "../shared"), "data/golden/rl/a2c_gae.json");
    if (!Files.exists(file)) {
      System.out.println("skipped: no " + file.normalize());
    }
    assumeTrue(Files.exists(file), () -> "no " + file.normalize());
    golden = new ObjectMapper().readTree(file.toFile());
  }

  /** What one answer's file holds. A key that is not read here is one that is not tested. */
  private static final Set<String> KEYS =
      new TreeSet<>(
          List.of(
              "policy_logps",
              "ref_logps",
              "values",
              "score",
              "kl_coef",
              "gamma",
              "lam",
              "token_rewards",
              "gae_advantages",
              "returns",
              "monte_carlo_returns",
              "a2c_td0_advantages",
              "kl_k1",
              "kl_k2",
              "kl_k3",
              "policy_loss_gae",
              "value_loss_mse"));

  private static double[] numbers(JsonNode episode, String key) {
    return Numbers.row(episode.get(key));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  @Test
  void episodes() {
    assertThat(golden.get("episodes").size()).isEqualTo(4);
    for (JsonNode e : golden.get("episodes")) {
      Set<String> names = new TreeSet<>();
      e.fieldNames().forEachRemaining(names::add);
      assertThat(names).isEqualTo(KEYS);
      double[] rewards = rewards(e);
      Numbers.close("rewards", rewards, numbers(e, "token_rewards"));
      double[] values = numbers(e, "values");
      double gamma = e.get("gamma").doubleValue();
      Gae.Estimate gae = new Gae(gamma, e.get("lam").doubleValue()).of(rewards, values);
      Numbers.close("advantages", gae.advantages(), numbers(e, "gae_advantages"));
      Numbers.close("returns", gae.returns(), numbers(e, "returns"));
      Numbers.close(
          "rewards to the end",
          new Gae(gamma, 1).of(rewards, values).returns(),
          numbers(e, "monte_carlo_returns"));
      Numbers.close(
          "differences",
          new Gae(gamma, 0).of(rewards, values).advantages(),
          numbers(e, "a2c_td0_advantages"));
      losses(e, gae, values);
    }
  }

  /** The distance of each token, and what is left of the score once it is paid for. */
  private static double[] rewards(JsonNode e) {
    double[] policy = numbers(e, "policy_logps");
    double[] reference = numbers(e, "ref_logps");
    double[][] kl = new double[3][policy.length];
    double[] rewards = new double[policy.length];
    for (int t = 0; t < policy.length; t++) {
      for (KlEstimator k : KlEstimator.values()) {
        kl[k.ordinal()][t] = k.of(policy[t] - reference[t]);
      }
      rewards[t] = -e.get("kl_coef").doubleValue() * kl[0][t];
    }
    for (KlEstimator k : KlEstimator.values()) {
      Numbers.close(k.name(), kl[k.ordinal()], numbers(e, "kl_k" + (k.ordinal() + 1)));
    }
    rewards[rewards.length - 1] += e.get("score").doubleValue();
    return rewards;
  }

  private static void losses(JsonNode e, Gae.Estimate gae, double[] values) {
    double[] policy = numbers(e, "policy_logps");
    double[] weighted = new double[values.length];
    double[] squares = new double[values.length];
    for (int t = 0; t < values.length; t++) {
      weighted[t] = -gae.advantages()[t] * policy[t];
      squares[t] = Math.pow(values[t] - gae.returns()[t], 2);
    }
    Numbers.close("policy loss", mean(weighted), e.get("policy_loss_gae").doubleValue());
    Numbers.close("value loss", mean(squares), e.get("value_loss_mse").doubleValue());
  }

  /**
   * The file divides by the deviation + 1e-8, which is its own within 1e-7 at deviations near 1.
   */
  @Test
  void whitening() {
    assertThat(golden.get("whitening").textValue()).contains("population std");
    List<double[]> advantages = new ArrayList<>();
    golden.get("episodes").forEach(e -> advantages.add(numbers(e, "gae_advantages")));
    double[][] whitened =
        new Whitening(Deviation.POPULATION, true).of(advantages.toArray(double[][]::new));
    double[] expected = numbers(golden, "whitened_advantages_all_tokens");
    int n = 0;
    for (double[] row : whitened) {
      for (double x : row) {
        assertThat(x).isCloseTo(expected[n], within(1e-7));
        n++;
      }
    }
    assertThat(n).isEqualTo(expected.length);
  }

  @Test
  void groups() {
    JsonNode of = golden.get("group_relative");
    assertThat(of.get("rule").textValue()).contains("sample std+1e-6");
    double[][] rewards = Numbers.rows(of.get("rewards"));
    for (int i = 0; i < rewards.length; i++) {
      Numbers.close(
          "group " + i,
          Baselines.groupRelative(rewards[i], 1e-6),
          Numbers.row(of.get("advantages").get(i)));
    }
  }
}
