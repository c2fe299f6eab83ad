package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.MergedModel;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.model.PolicyFiles;
import dev.fettle.harness.model.PolicyLoader;
import dev.fettle.harness.model.PolicyPlan;
import dev.fettle.ir.DType;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Adapters that PEFT made, on the models they belong to: logits, loss, gradients and AdamW steps
 * against PEFT's in float64, and their files.
 */
class PeftGoldenTest {
  private static final Map<String, String> MODELS =
      new TreeMap<>(
          Map.of(
              "TinyStories-656K-r8", "models/TinyStories-656K",
              "gpt2-tied-r4", "golden/arch-random/gpt2-tied",
              "gpt_neox-parallel-r4", "golden/arch-random/gpt_neox-parallel"));

  /** Of a logit's size: logits of 20 in F32 differ by 1.3e-5 in PEFT itself. */
  private static final double MERGED = 1e-5;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;

  static Stream<Arguments> adapters() {
    return TestBackends.ids()
        .flatMap(b -> MODELS.keySet().stream().map(name -> Arguments.of(b, name)));
  }

  private static Path golden(String name) {
    return SharedData.require("golden/peft/" + name);
  }

  private static Path base(String name) {
    return SharedData.require(String.valueOf(MODELS.get(name)));
  }

  private static PolicyPlan plan(ModelFiles files, Path adapter) {
    return PolicyPlan.of(
        files, ModelSettings.of(files.directory()).with(AdapterSettings.of(adapter)));
  }

  private static MicroBatch batch(WeightSource golden) {
    HostTensor ids = golden.read("input_ids");
    int[] mask = GoldenModel.ints(golden.read("loss_mask"));
    return GoldenModel.batch(GoldenModel.ints(ids), (int) ids.sizes()[0], mask);
  }

  @ParameterizedTest(name = "{1} on {0}")
  @MethodSource("adapters")
  void logitsGradientsAndStepsEqualPefts(String backendId, String name) throws IOException {
    Path golden = golden(name);
    JsonNode numbers = JSON.readTree(golden.resolve("golden.json").toFile());
    try (Backend backend = TestBackends.open(backendId);
        ModelFiles files = ModelFiles.open(base(name));
        WeightSource tensors = WeightSource.open(golden.resolve("golden.safetensors"));
        Policy policy = PolicyLoader.load(backend, plan(files, golden.resolve("adapter")), 1)) {
      MicroBatch batch = batch(tensors);
      float[] expected = tensors.readAs("logits", DType.F32).toFloats();
      assertClose(GoldenModel.logits(policy, batch), expected, GoldenTolerances.LOGITS);
      steps(policy, batch, numbers, tensors);
      try (Policy plain = GoldenModel.load(backend, files.directory(), ForwardOptions.DEFAULT)) {
        // Training leaves the base alone, and it can be run without the adapter.
        assertClose(
            GoldenModel.logits(policy, batch, policy::referenceContext),
            GoldenModel.logits(plain, batch),
            0);
      }
    }
  }

  private static void assertClose(float[] actual, float[] expected, float tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(tolerance));
    }
  }

  private static void steps(
      Policy policy, MicroBatch batch, JsonNode numbers, WeightSource tensors) {
    JsonNode hyper = numbers.get("hyper");
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.999, 1e-8, 0, DecayedParameters.ALL);
    List<ParameterSpec> trained = policy.trainables();
    List<float[]> before = trained.stream().map(p -> policy.parameter(p).toFloats()).toList();
    try (Stepper<MicroBatch> stepper =
        new Stepper<>(
            policy,
            new SftObjective(),
            StepperOptions.of(adamW, hyper.get("max_grad_norm").asDouble()),
            new ProgramCache(policy.backend(), CompileOptions.DEFAULT))) {
      JsonNode losses = numbers.get("losses_before_each_step_then_final");
      int steps = hyper.get("steps").asInt();
      for (int i = 0; i < steps; i++) {
        StepResult r = stepper.step(List.of(batch), i + 1, hyper.get("lr").asDouble());
        assertThat(r.loss()).isCloseTo(losses.get(i).asDouble(), within(GoldenTolerances.LOSS));
        if (i == 0) {
          assertGradients(policy, tensors);
          assertOnlyTheAdapterIsKept(policy, numbers.get("trainable").asLong());
        }
      }
      assertThat(stepper.evaluate(List.of(batch)).loss())
          .isCloseTo(losses.get(steps).asDouble(), within(GoldenTolerances.LOSS));
    }
    for (int i = 0; i < trained.size(); i++) {
      float[] start = before.get(i);
      float[] actual = policy.parameter(trained.get(i)).toFloats();
      float[] expected = tensors.readAs("after." + peft(trained.get(i)), DType.F32).toFloats();
      assertThat(
              GoldenModel.relativeDistance(
                  GoldenModel.difference(actual, start), GoldenModel.difference(expected, start)))
          .as("update of " + trained.get(i).name())
          .isLessThan(GoldenTolerances.UPDATE);
    }
  }

  private static String peft(ParameterSpec p) {
    return "base_model.model." + p.name();
  }

  private static void assertGradients(Policy policy, WeightSource tensors) {
    for (ParameterSpec p : policy.trainables()) {
      float[] actual = policy.state().download(Slots.gradient(p.name())).toFloats();
      float[] expected = tensors.readAs("grad." + peft(p), DType.F32).toFloats();
      assertThat(GoldenModel.relativeDistance(actual, expected))
          .as("gradient of " + p.name())
          .isLessThan(GoldenTolerances.GRADIENT);
    }
  }

  /** Three numbers an adapter's element, its gradient and two moments; nothing for the base. */
  private static void assertOnlyTheAdapterIsKept(Policy policy, long trainable) {
    long kept =
        policy.state().slots().stream()
            .filter(s -> !s.name().startsWith("param/") && !s.name().startsWith("table/"))
            .map(Slot::type)
            .mapToLong(t -> t.shape().elements())
            .sum();
    assertThat(kept).isEqualTo(3 * trainable);
  }

  @ParameterizedTest(name = "{1} on {0}")
  @MethodSource("adapters")
  void theMergedModelEqualsTheAdaptedOne(String backendId, String name) {
    Path golden = golden(name);
    Path directory = dir.resolve("merged");
    new MergedModel(base(name), golden.resolve("adapter")).write(directory);
    try (Backend backend = TestBackends.open(backendId);
        ModelFiles files = ModelFiles.open(base(name));
        WeightSource tensors = WeightSource.open(golden.resolve("golden.safetensors"));
        Policy adapted = PolicyLoader.load(backend, plan(files, golden.resolve("adapter")), 1);
        Policy whole = GoldenModel.load(backend, directory, ForwardOptions.DEFAULT)) {
      MicroBatch batch = batch(tensors);
      float[] merged = GoldenModel.logits(whole, batch);
      float[] expected = GoldenModel.logits(adapted, batch);
      assertThat(relativeDifference(merged, expected)).isLessThan(MERGED);
    }
  }

  @ParameterizedTest(name = "{1} on {0}")
  @MethodSource("adapters")
  void anAdapterIsSavedAsItWasLoaded(String backendId, String name) throws IOException {
    Path adapter = golden(name).resolve("adapter");
    Path saved = dir.resolve("final");
    try (Backend backend = TestBackends.open(backendId);
        ModelFiles files = ModelFiles.open(base(name))) {
      PolicyPlan plan = plan(files, adapter);
      try (Policy policy = PolicyLoader.load(backend, plan, 1)) {
        new PolicyFiles(plan, policy, Optional.empty()).write(saved);
      }
    }
    try (WeightSource before = WeightSource.open(adapter.resolve(AdapterWeights.FILE));
        WeightSource after = WeightSource.open(saved.resolve(AdapterWeights.FILE))) {
      assertThat(after.names()).isEqualTo(before.names());
      for (String tensor : before.names()) {
        assertThat(after.shape(tensor)).isEqualTo(before.shape(tensor));
        assertThat(after.read(tensor).bytes()).isEqualTo(before.read(tensor).bytes());
      }
    }
    Map<?, ?> expected = JSON.readValue(adapter.resolve("adapter_config.json").toFile(), Map.class);
    Map<?, ?> actual = JSON.readValue(saved.resolve("adapter_config.json").toFile(), Map.class);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    for (Object key : expected.keySet()) {
      if (!key.equals("base_model_name_or_path")) {
        assertThat(actual.get(key)).as("" + key).isEqualTo(expected.get(key));
      }
    }
  }

  /**
   * Relative L2, as updates are compared: single logits near 0 carry the rounding of large ones.
   */
  private static double relativeDifference(float[] actual, float[] expected) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < actual.length; i++) {
      difference += Math.pow((double) actual[i] - expected[i], 2);
      size += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / size);
  }
}
