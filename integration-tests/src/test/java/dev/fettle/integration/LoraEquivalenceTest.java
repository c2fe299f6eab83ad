package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An adapter trains alike however it is run: {recompute on = off} {packed = padded} {1x8 = 8x1}
 * {one backend = another}; and in bf16 nearly so. The frozen weights keep their bits.
 */
class LoraEquivalenceTest {
  private static final int STEPS = 8;
  private static final int ROWS = 8;

  /** Of a loss near 4: bf16 keeps 8 bits. */
  private static final double BF16 = 0.02;

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void recomputationChangesNothing(String id) throws IOException {
    ForwardOptions recomputed = new ForwardOptions(Precision.FULL, true);
    same(plain(id), losses(id, recomputed, rows -> List.of(GoldenRows.padded(rows))));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void packedEqualsPadded(String id) throws IOException {
    same(
        plain(id),
        losses(id, ForwardOptions.DEFAULT, rows -> List.of(GoldenRows.packed(rows, 64))));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void oneMicroBatchOfEightEqualsEightOfOne(String id) throws IOException {
    same(
        plain(id),
        losses(
            id,
            ForwardOptions.DEFAULT,
            rows -> rows.stream().map(r -> GoldenRows.padded(List.of(r))).toList()));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void everyBackendEqualsTheReference(String id) throws IOException {
    same(plain("reference"), plain(id));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void bf16StaysNear(String id) throws IOException {
    ForwardOptions rounded = new ForwardOptions(Precision.BF16, false);
    List<Double> full = plain(id);
    List<Double> actual = losses(id, rounded, rows -> List.of(GoldenRows.padded(rows)));
    for (int i = 0; i < STEPS; i++) {
      assertThat(Math.abs(actual.get(i) - full.get(i))).as("step " + (i + 1)).isLessThan(BF16);
    }
  }

  private static List<Double> plain(String id) throws IOException {
    return losses(id, ForwardOptions.DEFAULT, rows -> List.of(GoldenRows.padded(rows)));
  }

  private static List<Double> losses(
      String id,
      ForwardOptions options,
      Function<List<GoldenRows.TokenRow>, List<MicroBatch>> layout)
      throws IOException {
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES);
    List<Double> losses = new ArrayList<>();
    try (Backend backend = TestBackends.open(id);
        Policy policy = TinyModel.adapted(backend, options);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                StepperOptions.of(adamW, 1),
                new ProgramCache(backend, CompileOptions.DEFAULT))) {
      List<float[]> frozen = frozen(policy);
      for (int i = 0; i < STEPS; i++) {
        List<MicroBatch> batches = layout.apply(TinyModel.rows(ROWS, i));
        losses.add(stepper.step(batches, i + 1, 5e-3).loss());
      }
      assertThat(frozen(policy)).usingRecursiveComparison().isEqualTo(frozen);
    }
    return losses;
  }

  private static List<float[]> frozen(Policy policy) {
    List<ParameterSpec> base = policy.parts().from(Source.BASE);
    return base.stream().map(p -> policy.parameter(p).toFloats()).toList();
  }

  private static void same(List<Double> expected, List<Double> actual) {
    double sum = 0;
    for (int i = 0; i < STEPS; i++) {
      double residual = Math.abs(expected.get(i) - actual.get(i));
      assertThat(residual).as("step " + (i + 1)).isLessThan(TrajectoryTolerances.LOSS);
      sum += residual;
    }
    assertThat(sum / STEPS).isLessThan(TrajectoryTolerances.MEAN_LOSS);
  }
}
