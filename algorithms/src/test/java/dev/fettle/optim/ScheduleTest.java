package dev.fettle.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

  private static final double BASE = 1e-3;

  @Test
  void equalsTheGoldenSchedules() throws IOException {
    Path golden =
        Path.of(
            System.getProperty("fettle.shared", "../../shared"),
            "data/golden/schedules/lr_schedules.json");
    Assumptions.assumeTrue(Files.exists(golden), "skipped: no " + golden);
    int compared = 0;
    for (JsonNode row : new ObjectMapper().readTree(golden.toFile())) {
      String name = row.get("name").asText();
      Schedule schedule = Schedule.named(name, Warmup.ofSteps(row.get("warmup").asLong()));
      JsonNode rates = row.get("lr");
      for (int t = 0; t < rates.size(); t++) {
        double want = rates.get(t).asDouble();
        double got =
            schedule.learningRate(t, row.get("base_lr").asDouble(), row.get("total").asLong());
        assertThat(got)
            .as("%s, warm-up %s, step %d", name, row.get("warmup"), t)
            .isCloseTo(want, within(1e-13 * want));
        compared++;
      }
    }
    assertThat(compared).isEqualTo(300);
  }

  /** transformers 5.18.0, base 1e-3, warm-up 3 of 12 steps: cosine_with_min_lr, min_lr_rate 0.1. */
  @Test
  void cosineWithMinimumEqualsTransformers() {
    expect(new Schedule.CosineWithMinimum(Warmup.ofSteps(3), 0.5, 0.1), GOLDEN_MIN);
  }

  /** The same, cosine_with_restarts with num_cycles 3. */
  @Test
  void restartsEqualTransformers() {
    expect(new Schedule.CosineWithRestarts(Warmup.ofSteps(3), 3), GOLDEN_RESTARTS);
  }

  /** The same, warmup_stable_decay with num_decay_steps 5 and min_lr_ratio 0.1. */
  @Test
  void warmupStableDecayEqualsTransformers() {
    expect(new Schedule.WarmupStableDecay(Warmup.ofSteps(3), 5, 0.1), GOLDEN_WSD);
  }

  /** The same with num_decay_steps 11, more than the warm-up leaves. */
  @Test
  void longDecayEqualsTransformers() {
    expect(new Schedule.WarmupStableDecay(Warmup.ofSteps(3), 11, 0.0), GOLDEN_LONG_DECAY);
  }

  private static void expect(Schedule schedule, double[] golden) {
    for (int t = 0; t < golden.length; t++) {
      assertThat(schedule.learningRate(t, BASE, 12))
          .as("step %d", t)
          .isCloseTo(golden[t], within(1e-13 * golden[t]));
    }
  }

  @Test
  void everyNameIsKnownAndNamesItself() {
    for (String name : Schedule.NAMES) {
      ScheduleSettings plain = ScheduleSettings.of(name, Warmup.NONE);
      Schedule schedule =
          switch (name) {
            case "cosine_with_min_lr" ->
                new ScheduleSettings(name, Warmup.NONE, null, 0.1, null, null, null, null)
                    .toSchedule();
            case "warmup_stable_decay" ->
                new ScheduleSettings(name, Warmup.NONE, null, null, null, null, null, 5L)
                    .toSchedule();
            default -> plain.toSchedule();
          };
      assertThat(schedule.name()).isEqualTo(name);
      assertThat(schedule.learningRate(0, BASE, 20)).isPositive().isLessThanOrEqualTo(BASE);
    }
  }

  @Test
  void aRatioOfWarmUpIsRoundedUp() {
    assertThat(Warmup.ofRatio(0.03).resolve(50)).isEqualTo(2);
    assertThat(Warmup.ofRatio(0.1).resolve(50)).isEqualTo(5);
    assertThat(Warmup.NONE.resolve(50)).isZero();
    assertThatThrownBy(() -> new Warmup(3, 0.1)).hasMessageContaining("not both");
    assertThatThrownBy(() -> Warmup.ofRatio(1.5)).hasMessageContaining("[0, 1)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "cosine", "polynomial", "cosine_with_restarts"})
  void aRunAllOfWarmUpStaysFinite(String name) {
    Schedule schedule = Schedule.named(name, Warmup.ofSteps(10));
    for (long t = 0; t <= 10; t++) {
      assertThat(schedule.learningRate(t, BASE, 10)).isBetween(0.0, BASE);
    }
  }

  @Test
  void unknownMissingAndForeignSettingsAreNamed() {
    assertThatThrownBy(() -> Schedule.named("cosin", Warmup.NONE))
        .hasMessageContaining("'cosin'")
        .hasMessageContaining("cosine_with_restarts");
    assertThatThrownBy(() -> Schedule.named("cosine_with_min_lr", Warmup.NONE))
        .hasMessageContaining("needs the setting minimumRatio");
    assertThatThrownBy(() -> Schedule.named("constant", Warmup.ofSteps(2)))
        .hasMessageContaining("constant_with_warmup");
    assertThatThrownBy(
            () ->
                new ScheduleSettings("linear", Warmup.NONE, null, null, null, 2.0, null, null)
                    .toSchedule())
        .hasMessageContaining("no setting power");
    assertThatThrownBy(() -> Schedule.named("polynomial", Warmup.NONE).learningRate(0, 1e-8, 10))
        .hasMessageContaining("must be above");
  }

  private static final double[] GOLDEN_MIN = {
    0.0,
    0.0003333333333333333,
    0.0006666666666666666,
    0.001,
    0.0009728616793536587,
    0.00089471999940354,
    0.0007750000000000001,
    0.0006281416799501187,
    0.00047185832004988137,
    0.00032500000000000015,
    0.00020528000059645996,
    0.00012713832064634127
  };

  private static final double[] GOLDEN_RESTARTS = {
    0.0,
    0.0003333333333333333,
    0.0006666666666666666,
    0.001,
    0.00075,
    0.0002500000000000001,
    0.001,
    0.0007500000000000002,
    0.0002499999999999999,
    0.001,
    0.0007499999999999999,
    0.00025000000000000033
  };

  private static final double[] GOLDEN_WSD = {
    0.0001,
    0.0004,
    0.0007,
    0.001,
    0.001,
    0.001,
    0.001,
    0.001,
    0.0009140576474687263,
    0.0006890576474687264,
    0.0004109423525312738,
    0.00018594235253127373
  };

  private static final double[] GOLDEN_LONG_DECAY = {
    0.0,
    0.0003333333333333333,
    0.0006666666666666666,
    0.0009206267664155906,
    0.0008274303669726426,
    0.0007077075065009433,
    0.0005711574191366427,
    0.0004288425808633575,
    0.0002922924934990568,
    0.0001725696330273575,
    7.937323358440934e-05,
    2.025351319275137e-05
  };
}
