package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.op.Linalg.Precision;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs that must not differ: {1x8 = 8x1} {packed = padded} {recompute on = off} {native = expanded}
 * {one backend = another}, on every backend, over the losses of some steps.
 */
class EquivalenceTest {
  private static final int STEPS = 10;
  private static final int ROWS = 8;
  private static final ForwardOptions RECOMPUTED = new ForwardOptions(Precision.FULL, true);

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void oneMicroBatchOfEightEqualsEightOfOne(String id) throws IOException {
    same(
        plain(id),
        losses(id, ForwardOptions.DEFAULT, CompileOptions.DEFAULT, EquivalenceTest::single));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void packedEqualsPadded(String id) throws IOException {
    same(
        plain(id),
        losses(
            id,
            ForwardOptions.DEFAULT,
            CompileOptions.DEFAULT,
            rows -> List.of(GoldenRows.packed(rows, 64))));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void recomputationChangesNothing(String id) throws IOException {
    same(plain(id), losses(id, RECOMPUTED, CompileOptions.DEFAULT, EquivalenceTest::padded));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void nativeEqualsExpanded(String id) throws IOException {
    same(
        plain(id),
        losses(id, ForwardOptions.DEFAULT, CompileOptions.EXPANDED, EquivalenceTest::padded));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void everyBackendEqualsTheReference(String id) throws IOException {
    same(plain("reference"), plain(id));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theSameRunTwiceIsBitEqual(String id) throws IOException {
    assertThat(plain(id)).isEqualTo(plain(id));
  }

  private static List<MicroBatch> padded(List<GoldenRows.TokenRow> rows) {
    return List.of(GoldenRows.padded(rows));
  }

  private static List<MicroBatch> single(List<GoldenRows.TokenRow> rows) {
    return rows.stream().map(r -> GoldenRows.padded(List.of(r))).toList();
  }

  private static List<Double> plain(String id) throws IOException {
    return losses(id, ForwardOptions.DEFAULT, CompileOptions.DEFAULT, EquivalenceTest::padded);
  }

  private static List<Double> losses(
      String id,
      ForwardOptions options,
      CompileOptions compile,
      Function<List<GoldenRows.TokenRow>, List<MicroBatch>> layout)
      throws IOException {
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES);
    List<Double> losses = new ArrayList<>();
    try (Backend backend = TestBackends.open(id);
        Policy policy = TinyModel.on(backend, options);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                StepperOptions.of(adamW, 1),
                new ProgramCache(backend, compile))) {
      for (int i = 0; i < STEPS; i++) {
        List<MicroBatch> batches = layout.apply(TinyModel.rows(ROWS, i));
        losses.add(stepper.step(batches, i + 1, 1e-3).loss());
      }
    }
    return losses;
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
