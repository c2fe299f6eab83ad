package dev.fettle.harness.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairDifferenceTest {
  private static final Tolerance TOLERANCE = new Tolerance(0.5, 0.125);

  private static PairDifference of(RunTrace a, RunTrace b) {
    return PairDifference.of(a, b, TOLERANCE);
  }

  @Test
  void findsTheLargestAndTheMeanResidual() {
    RunTrace a = MadeUpRuns.run("a", 4, i -> 3);
    RunTrace b = MadeUpRuns.run("b", 4, i -> i == 3 ? 3.25 : 3);
    PairDifference pair = of(a, b);
    assertThat(pair.maxLoss()).isEqualTo(0.25);
    assertThat(pair.maxLossStep()).isEqualTo(3);
    assertThat(pair.meanLoss()).isEqualTo(0.0625);
    assertThat(pair.steps()).isEqualTo(4);
    assertThat(pair.withinTolerance()).isTrue();
  }

  @Test
  void eitherResidualMayLeaveTheTolerance() {
    RunTrace a = MadeUpRuns.run("a", 8, i -> 3);
    assertThat(of(a, MadeUpRuns.run("b", 8, i -> i == 3 ? 3.75 : 3)).withinTolerance()).isFalse();
    assertThat(of(a, MadeUpRuns.run("b", 8, i -> 3.25)).withinTolerance()).isFalse();
    assertThat(of(a, MadeUpRuns.run("b", 8, i -> 3.125)).withinTolerance()).isTrue();
  }

  @Test
  void noToleranceHoldsNaN() {
    RunTrace a = MadeUpRuns.run("a", 3, i -> 3);
    PairDifference pair = of(a, MadeUpRuns.run("b", 3, i -> i == 2 ? Double.NaN : 3));
    assertThat(pair.maxLoss()).isNaN();
    assertThat(pair.maxLossStep()).isEqualTo(2);
    assertThat(pair.withinTolerance()).isFalse();
    assertThat(of(a, new RunTrace("b", null, null, List.of())).withinTolerance()).isFalse();
  }

  @Test
  void gradientNormsDifferRelatively() {
    RunTrace a = normed(4, 0);
    RunTrace b = normed(5, 0);
    assertThat(of(a, b).maxGradNorm()).isCloseTo(0.2, within(1e-12));
    assertThat(of(a, b).maxGradNormStep()).isEqualTo(1);
    assertThat(of(a, a).maxGradNorm()).isZero();
  }

  private static RunTrace normed(double... norms) {
    List<StepRow> rows =
        IntStream.range(0, norms.length)
            .mapToObj(i -> new StepRow(i + 1, 1, norms[i], 1, 1, 1))
            .toList();
    return new RunTrace("a", null, null, rows);
  }

  @Test
  void otherDataOrOtherStepsAreNotTheSameTraining() {
    RunTrace a = row(10, 1e-3);
    assertThat(of(a, row(11, 1e-3)).mismatch()).isEqualTo("step 1 has 10 and 11 tokens");
    assertThat(of(a, row(10, 2e-3)).mismatch()).contains("learning rates 0.001 and 0.002");
    RunTrace longer = MadeUpRuns.run("b", 5, i -> 1);
    PairDifference pair = of(MadeUpRuns.run("a", 4, i -> 1), longer);
    assertThat(pair.mismatch()).isEqualTo("they took 4 and 5 steps");
    assertThat(pair.withinTolerance()).isFalse();
  }

  private static RunTrace row(long tokens, double rate) {
    return new RunTrace("a", null, null, List.of(new StepRow(1, 1, 1, rate, tokens, 1)));
  }
}
