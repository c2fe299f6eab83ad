package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.objective.Metric.Combine;
import dev.fettle.train.Measurements.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasurementsTest {
  private static final List<Kind> KINDS =
      List.of(
          new Kind("entropy", "", Combine.SUM),
          new Kind("accuracy", "accuracy_weight", Combine.RATIO_OF_SUMS),
          new Kind("longest", "", Combine.MAX),
          new Kind("lowest", "", Combine.MIN));

  private static Map<String, Double> outputs(double share, double right, double pairs, double at) {
    return Map.of(
        "loss",
        share,
        "entropy",
        share,
        "accuracy",
        right,
        "accuracy_weight",
        pairs,
        "longest",
        at,
        "lowest",
        at);
  }

  @Test
  void eachIsPutTogetherInItsOwnWay() {
    Measurements all = new Measurements();
    all.add(outputs(0.25, 3, 4, 7), KINDS);
    all.add(outputs(0.5, 1, 6, -2), KINDS);
    assertThat(all.results())
        .containsExactly(
            Map.entry("loss", 0.75),
            Map.entry("entropy", 0.75),
            Map.entry("accuracy", 0.4),
            Map.entry("longest", 7.0),
            Map.entry("lowest", -2.0));
  }

  @Test
  void workersAddUpAsMicroBatchesDo() {
    Measurements one = new Measurements();
    one.add(outputs(0.25, 3, 4, 7), KINDS);
    Measurements other = new Measurements();
    other.add(outputs(0.5, 1, 6, -2), KINDS);
    Measurements both = new Measurements();
    both.add(outputs(0.25, 3, 4, 7), KINDS);
    both.add(outputs(0.5, 1, 6, -2), KINDS);
    one.add(other);
    assertThat(one.results()).isEqualTo(both.results());
  }

  @Test
  void aRatioOfNothingIsNotANumber() {
    Measurements none = new Measurements();
    none.add(outputs(1, 0, 0, 0), KINDS);
    assertThat(none.results().get("accuracy")).isNaN();
    assertThat(none.results().get("loss")).isCloseTo(1, within(0.0));
  }
}
