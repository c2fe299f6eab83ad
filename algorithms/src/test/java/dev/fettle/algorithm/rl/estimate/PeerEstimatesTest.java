package dev.fettle.algorithm.rl.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.rl.estimate.Whitening.Deviation;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Against TRL 1.13 in float64 on random rewards: its own lines for the advantages of GRPO (by
 * group, batch, and without scaling) and RLOO, with unscored answers among them, and its own
 * running moments. GAE and whitening against the equations of the PPO trainer that it had up to
 * 1.12, in torch. The values are written by {@code make_estimates.py} beside them.
 */
class PeerEstimatesTest {
  private static final double EPSILON = 1e-4;
  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = PeerEstimatesTest.class.getResourceAsStream("/rl/estimates.json")) {
      golden = new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
  }

  @Test
  void advantagesOfGroups() {
    assertThat(golden.get("groups").size()).isEqualTo(6);
    for (Map.Entry<String, JsonNode> e : golden.get("groups").properties()) {
      double[][] rewards = Numbers.rows(e.getValue().get("rewards"));
      double[][] byBatch = Baselines.batchRelative(rewards, EPSILON);
      for (int i = 0; i < rewards.length; i++) {
        String name = e.getKey() + ", group " + i;
        close(name, e.getValue(), "rloo", i, Baselines.leaveOneOut(rewards[i]));
        close(name, e.getValue(), "grpo_none", i, Baselines.groupMean(rewards[i]));
        close(name, e.getValue(), "grpo_group", i, Baselines.groupRelative(rewards[i], EPSILON));
        close(name, e.getValue(), "grpo_batch", i, byBatch[i]);
      }
    }
  }

  private static void close(String name, JsonNode of, String rule, int group, double[] actual) {
    Numbers.close(name + ", " + rule, actual, Numbers.row(of.get(rule).get(group)));
  }

  @Test
  void answers() {
    assertThat(golden.get("answers").size()).isEqualTo(6);
    for (JsonNode answer : golden.get("answers")) {
      Gae gae = new Gae(answer.get("gamma").doubleValue(), answer.get("lambda").doubleValue());
      Gae.Estimate estimate =
          gae.of(Numbers.row(answer.get("rewards")), Numbers.row(answer.get("values")));
      Numbers.close(
          gae + " advantages", estimate.advantages(), Numbers.row(answer.get("advantages")));
      Numbers.close(gae + " returns", estimate.returns(), Numbers.row(answer.get("returns")));
    }
  }

  @Test
  void whitened() {
    List<double[]> rows = new ArrayList<>();
    golden.get("answers").forEach(a -> rows.add(Numbers.row(a.get("advantages"))));
    for (Deviation deviation : Deviation.values()) {
      for (boolean shift : new boolean[] {true, false}) {
        String name =
            deviation.name().toLowerCase(Locale.ROOT) + (shift ? ", shifted" : ", mean kept");
        double[][] expected = Numbers.rows(golden.get("whitened").get(name));
        double[][] actual = new Whitening(deviation, shift).of(rows.toArray(double[][]::new));
        assertThat(actual.length).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
          Numbers.close(name, actual[i], expected[i]);
        }
      }
    }
  }

  @Test
  void runningMoments() {
    RunningMoments moments = RunningMoments.NONE;
    List<Double> all = new ArrayList<>();
    for (JsonNode batch : golden.get("running")) {
      double[] values = Numbers.row(batch.get("values"));
      Arrays.stream(values).forEach(all::add);
      moments = moments.plus(values);
      Numbers.close("mean", moments.mean(), batch.get("mean").doubleValue());
      Numbers.close("deviation", moments.deviation(), batch.get("deviation").doubleValue());
      assertThat(moments.count()).isEqualTo(batch.get("count").doubleValue());
    }
    RunningMoments atOnce =
        RunningMoments.NONE.plus(all.stream().mapToDouble(Double::doubleValue).toArray());
    Numbers.close("mean at once", atOnce.mean(), moments.mean());
    Numbers.close("deviation at once", atOnce.deviation(), moments.deviation());
  }

  @Test
  void adaptiveCoefficient() {
    KlController controller = new AdaptiveKl(0.2, 6, 10_000);
    for (JsonNode step : golden.get("adaptive")) {
      controller = controller.after(step.get("kl").doubleValue(), step.get("samples").longValue());
      Numbers.close("coefficient", controller.coefficient(), step.get("coefficient").doubleValue());
    }
  }
}
