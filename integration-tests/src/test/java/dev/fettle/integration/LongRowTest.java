package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of more than one attention block: training on them equals training on short rows, and its
 * memory grows with their length, not with its square.
 */
class LongRowTest {
  private static final int STEPS = 6;
  private static final int ROWS = 40;
  private static final Path PROCESS = Path.of("/proc/self");
  private static final AdamWOptimizer ADAMW =
      new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES);

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  static Stream<String> runtimes() {
    return TestBackends.ids().filter(id -> !id.equals("reference"));
  }

  /** The same rows, padded to 64 tokens each: there, attention is over whole rows. */
  @ParameterizedTest
  @MethodSource("backends")
  void rowsPackedIntoLongOnesTrainAsPaddedOnes(String id) throws IOException {
    List<Double> padded = losses(id, ForwardOptions.DEFAULT, GoldenRows::padded);
    Function<List<GoldenRows.TokenRow>, MicroBatch> packed = rows -> GoldenRows.packed(rows, 500);
    same(padded, losses(id, ForwardOptions.DEFAULT, packed));
    same(padded, losses(id, new ForwardOptions(Precision.FULL, true), packed));
  }

  private static List<Double> losses(
      String id, ForwardOptions options, Function<List<GoldenRows.TokenRow>, MicroBatch> layout)
      throws IOException {
    List<Double> losses = new ArrayList<>();
    try (Backend backend = TestBackends.open(id);
        Policy policy = TinyModel.on(backend, options);
        Stepper<MicroBatch> stepper = stepper(policy, backend)) {
      for (int i = 0; i < STEPS; i++) {
        List<MicroBatch> batches = List.of(layout.apply(TinyModel.rows(ROWS, i)));
        losses.add(stepper.step(batches, i + 1, 1e-3).loss());
      }
    }
    return losses;
  }

  private static Stepper<MicroBatch> stepper(Policy policy, Backend backend) {
    ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
    return new Stepper<>(policy, new SftObjective(), StepperOptions.of(ADAMW, 1), programs);
  }

  private static void same(List<Double> expected, List<Double> actual) {
    for (int i = 0; i < STEPS; i++) {
      double residual = Math.abs(expected.get(i) - actual.get(i));
      assertThat(residual).as("step " + (i + 1)).isLessThan(TrajectoryTolerances.LOSS);
    }
  }

  /**
   * The most memory the process holds while it trains on one row. Twice the tokens take at most
   * twice as much; over whole rows, or were all blocks held at once, it would be four times.
   */
  @ParameterizedTest
  @MethodSource("runtimes")
  @Tag("slow")
  void memoryGrowsWithTheLengthOfARow(String id) throws IOException {
    assumeTrue(
        Files.isWritable(PROCESS.resolve("clear_refs")), "the system cannot say what was held");
    long peak = 0;
    for (int length : new int[] {2048, 4096, 8192}) {
      long longer = peakKilobytes(id, length);
      if (peak > 0) {
        assertThat(longer).as(length + " tokens on " + id).isLessThan(peak * 11 / 5);
      }
      peak = longer;
    }
  }

  private static long peakKilobytes(String id, int length) throws IOException {
    try (Backend backend = TestBackends.open(id);
        Policy policy = TinyModel.wide(backend, length);
        Stepper<MicroBatch> stepper = stepper(policy, backend)) {
      // From here on the largest is counted anew.
      Files.writeString(PROCESS.resolve("clear_refs"), "5");
      MicroBatch row = GoldenRows.packed(TinyModel.rows(length / 16, 1), length);
      assertThat(stepper.step(List.of(row), 1, 1e-3).loss()).isFinite();
      return Files.readAllLines(PROCESS.resolve("status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }
}
