package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.Schedule;
import dev.fettle.optim.Warmup;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fifty steps of stories260K at a learning rate that throws it far off, against the same run in
 * float64 by transformers. The first AdamW step moves every weight by the learning rate in the
 * direction of its gradient's sign, however small the gradient: what rounding turns the sign of
 * some tiny ones shows from the second step on. Rows are long enough for compiled composites.
 */
class RoundingTest {
  private static final String GOLDEN = "stories260K.float64.json";

  static Stream<String> backends() {
    return TestBackends.ids().filter(id -> !id.equals("reference"));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void staysWithTheExactRun(String id) throws IOException {
    Path rowsFile = SharedData.requireCase("tensorflow-accuracy/rows.jsonl.gz");
    List<GoldenRows.TokenRow> rows = GoldenRows.read(rowsFile);
    JsonNode golden = golden();
    JsonNode trajectory = golden.get("trajectory");
    int size = golden.get("batch").asInt();
    Schedule schedule = Schedule.named(golden.get("schedule").asText(), Warmup.ofSteps(0));
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.999, 1e-8, 0, DecayedParameters.MATRICES);
    double clip = golden.get("clip_norm").asDouble();
    double sum = 0;
    double worst = 0;
    try (Backend backend = TestBackends.open(id);
        Policy policy =
            GoldenModel.load(
                backend, SharedData.require("models/stories260K"), ForwardOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                StepperOptions.of(adamW, clip),
                new ProgramCache(backend, CompileOptions.DEFAULT))) {
      for (int i = 0; i < trajectory.size(); i++) {
        double peak = golden.get("learning_rate").asDouble();
        double rate = schedule.learningRate(i, peak, trajectory.size());
        MicroBatch batch = GoldenRows.padded(rows.subList(i * size, (i + 1) * size));
        StepResult actual = stepper.step(List.of(batch), i + 1, rate);
        JsonNode expected = trajectory.get(i);
        double residual = Math.abs(actual.loss() - expected.get("loss").asDouble());
        sum += residual;
        worst = Math.max(worst, residual);
        assertThat(residual).as("loss of step " + (i + 1)).isLessThan(TrajectoryTolerances.LOSS);
        assertThat(actual.metric("grad_norm") / expected.get("grad_norm").asDouble())
            .as("gradient norm of step " + (i + 1))
            .isCloseTo(1, within(TrajectoryTolerances.GRADIENT_NORM));
      }
    }
    double mean = sum / trajectory.size();
    System.out.printf(
        Locale.ROOT, "loss residual to float64 on %s: max %.2e, mean %.2e%n", id, worst, mean);
    assertThat(mean).isLessThan(TrajectoryTolerances.MEAN_LOSS);
  }

  private static JsonNode golden() throws IOException {
    try (InputStream in = RoundingTest.class.getResourceAsStream(GOLDEN)) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in, GOLDEN));
    }
  }
}
