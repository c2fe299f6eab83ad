package dev.fettle.harness.doctor;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.harness.model.FreshParameters;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.gpt2.Gpt2Model;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One AdamW step of a tiny GPT-2, with known values before and after: those of the reference
 * backend.
 */
public final class SelfTest {
  private static final int LENGTH = 16;
  private static final int VOCAB = 32;
  private static final long SEED = 20;
  private static final double TOLERANCE = 1e-4;

  /** Of the reference backend; a test keeps them true. */
  static final double LOSS = 4.154432;

  static final double NORM = 2.484468;
  static final double NEXT_LOSS = 3.269050;

  private SelfTest() {}

  /**
   * What the step gave.
   *
   * @param loss before it
   * @param norm of the gradient
   * @param nextLoss after it
   * @param seconds it took, compilation included
   * @param placement how many operations ran on which device, where the backend can tell
   */
  public record Result(
      double loss,
      double norm,
      double nextLoss,
      double seconds,
      Device device,
      Map<String, Integer> placement) {
    /** Whether the numbers are the reference's, and were computed where they were to be. */
    public boolean right() {
      return near(loss, LOSS) && near(norm, NORM) && near(nextLoss, NEXT_LOSS) && placed();
    }

    /** Shapes and the like may be computed on the CPU; the work may not. */
    private boolean placed() {
      int own = placement.getOrDefault(device.toString(), 0);
      int all = placement.values().stream().mapToInt(Integer::intValue).sum();
      return placement.isEmpty() || 2 * own > all;
    }

    private static boolean near(double got, double wanted) {
      return Math.abs(got - wanted) <= TOLERANCE * Math.abs(wanted);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: loss %.6f, gradient norm %.6f, loss after the step %.6f, %.1f s%s",
          right() ? "right" : placed() ? "WRONG" : "WRONG, NOT ON " + device,
          loss,
          norm,
          nextLoss,
          seconds,
          new TreeMap<>(placement)
              .entrySet().stream()
                  .map(e -> ", " + e.getValue() + " operations on " + e.getKey())
                  .collect(Collectors.joining()));
    }
  }

  /** Takes the step; nothing is left on the backend. */
  public static Result run(Backend opened) {
    long start = System.nanoTime();
    WatchedBackend backend = new WatchedBackend(opened);
    LanguageModel model = model();
    FreshParameters fresh = new FreshParameters(ModelParts.of(model), SEED, 0.2);
    AdamWOptimizer optimizer =
        new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES);
    try (Policy policy = Policy.load(backend, model, ForwardOptions.DEFAULT, fresh::of);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(policy, new SftObjective(), StepperOptions.of(optimizer, 1), programs)) {
      List<MicroBatch> batch = List.of(batch());
      StepResult step = stepper.step(batch, 1, 1e-2);
      double next = stepper.evaluate(batch).loss();
      double seconds = (System.nanoTime() - start) / 1e9;
      requireFinite(policy);
      return new Result(
          step.loss(),
          step.metric("grad_norm"),
          next,
          seconds,
          backend.device(),
          backend.placement());
    }
  }

  private static void requireFinite(Policy policy) {
    for (ParameterSpec p : policy.parts().parameters()) {
      FloatBuffer values = policy.parameter(p).floats();
      for (int i = 0; i < values.capacity(); i++) {
        if (!Float.isFinite(values.get(i))) {
          throw new IllegalStateException(p.name() + " is not finite after the step");
        }
      }
    }
  }

  private static LanguageModel model() {
    SpecialTokenIds none = new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty());
    return new Gpt2Model(
        new Gpt2Config(
            new Dimensions(VOCAB, 16, 32, 2, 2, 2, 8, LENGTH),
            none,
            Activation.GELU_TANH,
            1e-5,
            true,
            false,
            true,
            0.02));
  }

  /** Two rows, the second of them two segments and some padding. */
  private static MicroBatch batch() {
    int size = 2 * LENGTH;
    int[] ids = new int[size];
    int[] positions = new int[size];
    int[] segments = new int[size];
    byte[] mask = new byte[size];
    int split = LENGTH + LENGTH / 2;
    int end = size - 3;
    for (int i = 0; i < end; i++) {
      ids[i] = (7 * i + i * i) % VOCAB;
      int start = i < LENGTH ? 0 : i < split ? LENGTH : split;
      positions[i] = i - start;
      segments[i] = start == split ? 2 : 1;
      mask[i] = (byte) (i > start ? 1 : 0);
    }
    int targets = 0;
    for (byte m : mask) {
      targets += m;
    }
    return new MicroBatch(2, LENGTH, ids, positions, segments, mask, targets, end, List.of());
  }
}
