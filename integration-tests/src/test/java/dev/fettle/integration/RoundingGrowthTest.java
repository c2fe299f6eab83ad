package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Over hundreds of steps every run parts from every other that differs from it by rounding. A
 * backend must not part from another faster than it parts from itself, when every initial weight is
 * moved by one unit in the last place.
 */
class RoundingGrowthTest {
  private static final int STEPS = 200;
  private static final int NUDGES = 3;
  private static final int ROWS = 8;
  private static final int SETS = 6;

  static Stream<String> backends() {
    return TestBackends.ids().filter(id -> !id.equals("reference"));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void backendsPartNoFasterThanOnePartsFromItself(String id) throws IOException {
    String other = backends().filter(n -> !n.equals(id)).findFirst().orElse("reference");
    List<Double> straight = losses(id, 0);
    double[] nudged = new double[STEPS];
    for (int seed = 1; seed <= NUDGES; seed++) {
      double[] growth = growth(straight, losses(id, seed));
      for (int i = 0; i < STEPS; i++) {
        nudged[i] = Math.max(nudged[i], growth[i]);
      }
    }
    double[] between = growth(straight, losses(other, 0));
    for (int i = 0; i < STEPS; i++) {
      assertThat(between[i])
          .as("step " + (i + 1))
          .isLessThan(TrajectoryTolerances.LOSS + TrajectoryTolerances.GROWTH * nudged[i]);
    }
    // Else nothing has grown, and the comparison above says little.
    assertThat(nudged[STEPS - 1]).isGreaterThan(10 * TrajectoryTolerances.LOSS);
  }

  /** The largest difference of a step so far. */
  private static double[] growth(List<Double> a, List<Double> b) {
    double[] growth = new double[STEPS];
    double largest = 0;
    for (int i = 0; i < STEPS; i++) {
      largest = Math.max(largest, Math.abs(a.get(i) - b.get(i)));
      growth[i] = largest;
    }
    return growth;
  }

  private static List<Double> losses(String id, long nudge) throws IOException {
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.99, 1e-8, 0, DecayedParameters.MATRICES);
    List<Double> losses = new ArrayList<>();
    try (Backend backend = TestBackends.open(id);
        Policy policy =
            nudge == 0
                ? TinyModel.on(backend, ForwardOptions.DEFAULT)
                : TinyModel.nudged(backend, nudge);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                StepperOptions.of(adamW, 1),
                new ProgramCache(backend, CompileOptions.DEFAULT))) {
      for (int i = 0; i < STEPS; i++) {
        MicroBatch batch = GoldenRows.packed(TinyModel.rows(ROWS, i % SETS), 64);
        losses.add(stepper.step(List.of(batch), i + 1, 5e-3).loss());
      }
    }
    return losses;
  }
}
