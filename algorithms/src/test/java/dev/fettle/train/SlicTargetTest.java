package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.PreferenceObjective;
import dev.fettle.algorithm.slic.SlicSettings;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.SgdOptimizer;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.support.ProgramCache;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The loss of SLiC-HF (2305.10425, eq. 2 and 3) with a target of its own: {@code max(0, delta - log
 * p(w) + log p(l)) - lambda log p(t)}, put together by hand from the log-probabilities of the
 * single answers.
 */
class SlicTargetTest {
  private static final double DELTA = 5;
  private static final double LAMBDA = 0.3;
  private static final SlicSettings SETTINGS = new SlicSettings(DELTA, LAMBDA);
  private static final int[] PROMPT = {3, 1, 4};

  private static Example answer(int... ids) {
    int[] all = new int[PROMPT.length + ids.length];
    System.arraycopy(PROMPT, 0, all, 0, PROMPT.length);
    System.arraycopy(ids, 0, all, PROMPT.length, ids.length);
    byte[] mask = new byte[all.length];
    java.util.Arrays.fill(mask, PROMPT.length, all.length, (byte) 1);
    return new Example(all, mask, new RowOrigin(Path.of("pairs"), 1, RowOrigin.Unit.LINE));
  }

  private static final PreferencePair FIRST =
      new PreferencePair(answer(5, 9, 2), answer(6), 0, Optional.of(answer(5, 3, 5, 8)));
  private static final PreferencePair SECOND = new PreferencePair(answer(7, 7), answer(1, 2, 3), 0);
  private static final PreferencePair THIRD =
      new PreferencePair(answer(4), answer(8, 4), 0, Optional.of(answer(2, 2)));

  /** Loss and gradient norm of a step over pairs, and its metrics. */
  private static Map<String, Double> step(
      List<PreferencePair> pairs, Packing packing, boolean promptOnce, int micro) {
    RowPlan plan = PreferencePair.plan(pairs, PackingOptions.of(packing, 16), promptOnce);
    List<PairBatch> batches = new java.util.ArrayList<>();
    BatchSource.portions(
            plan,
            micro,
            rows -> PairBatch.of(rows, pairs, PreferencePair.members(pairs, promptOnce)))
        .forEach(batches::add);
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        Policy policy = TinyGpt2.policy(backend);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Stepper<PairBatch> stepper =
            new Stepper<>(
                policy,
                new PreferenceObjective(SETTINGS.minimised()),
                StepperOptions.of(new SgdOptimizer(0, 0, DecayedParameters.ALL), 0),
                programs)) {
      return stepper.step(batches, 1, 0.1).metrics();
    }
  }

  private static double metric(Map<String, Double> metrics, String name) {
    return Objects.requireNonNull(metrics.get(name));
  }

  private static Map<String, Double> alone(PreferencePair pair) {
    return step(List.of(pair), Packing.NONE, true, 1);
  }

  /** The log-probability of an answer, from a pair whose chosen one it is. */
  private static double logProb(Example answer) {
    return metric(alone(new PreferencePair(answer, FIRST.rejected(), 0)), "logps/chosen");
  }

  private static double byHand(PreferencePair pair) {
    double chosen = logProb(pair.chosen());
    double rejected = logProb(pair.rejected());
    double target = logProb(pair.target().orElse(pair.chosen()));
    return Math.max(0, DELTA - chosen + rejected) - LAMBDA * target;
  }

  @Test
  void aTargetStandsForTheChosenAnswer() {
    for (PreferencePair pair : List.of(FIRST, SECOND, THIRD)) {
      assertThat(metric(alone(pair), "loss")).isCloseTo(byHand(pair), within(1e-5));
    }
    PreferencePair without = new PreferencePair(FIRST.chosen(), FIRST.rejected(), 0);
    assertThat(metric(alone(FIRST), "loss"))
        .as("it matters")
        .isNotCloseTo(metric(alone(without), "loss"), within(0.1));
    assertThat(metric(alone(FIRST), "logps/chosen"))
        .isCloseTo(metric(alone(without), "logps/chosen"), within(1e-5));
  }

  /** Some pairs have a target, others none; however they lie, it is the mean of the three. */
  @ParameterizedTest
  @CsvSource({"NONE, true, 3", "NONE, true, 1", "NONE, false, 2", "BFD, true, 3", "BFD, false, 1"})
  void howPairsLieChangesNothing(Packing packing, boolean promptOnce, int micro) {
    List<PreferencePair> all = List.of(FIRST, SECOND, THIRD);
    Map<String, Double> step = step(all, packing, promptOnce, micro);
    double mean = all.stream().mapToDouble(SlicTargetTest::byHand).average().orElseThrow();
    assertThat(metric(step, "loss")).isCloseTo(mean, within(1e-5));
    Map<String, Double> usual = step(all, Packing.NONE, true, 3);
    for (String name : List.of("grad_norm", "logps/rejected", "rewards/margins", "entropy")) {
      assertThat(metric(step, name)).as(name).isCloseTo(metric(usual, name), within(1e-4));
    }
  }

  /** A target that is the chosen answer changes neither loss nor gradient. */
  @Test
  void theChosenAnswerAsItsOwnTarget() {
    PreferencePair without = new PreferencePair(FIRST.chosen(), FIRST.rejected(), 0);
    PreferencePair with =
        new PreferencePair(FIRST.chosen(), FIRST.rejected(), 0, Optional.of(FIRST.chosen()));
    for (String name : List.of("loss", "grad_norm")) {
      assertThat(metric(alone(with), name)).isCloseTo(metric(alone(without), name), within(1e-5));
    }
  }
}
