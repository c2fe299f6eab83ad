package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.DType;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Logits, losses, gradients and AdamW steps of stored models against values computed in float64 by
 * torch and transformers.
 */
class GoldenModelsTest {
  private static final List<String> TRAINED =
      List.of("stories260K", "TinyStories-656K", "gpt-nano-sort");
  private static final List<String> RANDOM =
      List.of("gpt2-tied", "gpt_neox-parallel", "qwen2-tied");
  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<Arguments> trained() {
    return TestBackends.ids().flatMap(b -> TRAINED.stream().map(m -> Arguments.of(b, m)));
  }

  static Stream<Arguments> random() {
    return TestBackends.ids().flatMap(b -> RANDOM.stream().map(m -> Arguments.of(b, m)));
  }

  @ParameterizedTest(name = "{1} on {0}")
  @MethodSource("trained")
  void logitsGradientsAndStepsEqualTheGoldenOnes(String backendId, String name) throws IOException {
    Path golden = SharedData.require("golden/" + name);
    try (Backend backend = TestBackends.open(backendId);
        Policy policy =
            GoldenModel.load(
                backend, SharedData.require("models/" + name), ForwardOptions.DEFAULT);
        WeightSource forward = WeightSource.open(golden.resolve("forward.safetensors"))) {
      HostTensor ids = forward.read("input_ids");
      int[] mask = GoldenModel.ints(forward.read("loss_mask"));
      MicroBatch batch = GoldenModel.batch(GoldenModel.ints(ids), (int) ids.sizes()[0], mask);
      assertLogits(
          GoldenModel.logits(policy, batch), forward.readAs("logits", DType.F32).toFloats());
      JsonNode train = JSON.readTree(golden.resolve("train.json").toFile());
      steps(policy, batch, train, golden);
    }
  }

  private static void assertLogits(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(GoldenTolerances.LOGITS));
    }
  }

  private static void steps(Policy policy, MicroBatch batch, JsonNode train, Path golden) {
    JsonNode hyper = train.get("hyper");
    AdamWOptimizer optimizer =
        new AdamWOptimizer(
            hyper.get("betas").get(0).asDouble(),
            hyper.get("betas").get(1).asDouble(),
            hyper.get("eps").asDouble(),
            hyper.get("weight_decay").asDouble(),
            DecayedParameters.ALL);
    List<float[]> before =
        policy.parts().parameters().stream().map(p -> policy.parameter(p).toFloats()).toList();
    try (Stepper<MicroBatch> stepper =
        new Stepper<>(
            policy,
            new SftObjective(),
            StepperOptions.of(optimizer, hyper.get("max_grad_norm").asDouble()),
            new ProgramCache(policy.backend(), CompileOptions.DEFAULT))) {
      JsonNode losses = train.get("losses_before_each_step_then_final");
      int steps = hyper.get("steps").asInt();
      for (int i = 0; i < steps; i++) {
        StepResult r = stepper.step(List.of(batch), i + 1, hyper.get("lr").asDouble());
        assertThat(r.loss()).isCloseTo(losses.get(i).asDouble(), within(GoldenTolerances.LOSS));
        double norm = train.get("grad_norm_before_clip").get(i).asDouble();
        assertThat(r.metric("grad_norm") / norm)
            .isCloseTo(1, within(GoldenTolerances.GRADIENT_NORM));
        if (i == 0) {
          assertGradients(policy, golden.resolve("grads.safetensors"), "");
        }
      }
      assertThat(stepper.evaluate(List.of(batch)).loss())
          .isCloseTo(losses.get(steps).asDouble(), within(GoldenTolerances.LOSS));
    }
    assertUpdates(policy, before, golden.resolve("adamw_params_after.safetensors"));
  }

  private static void assertGradients(Policy policy, Path file, String prefix) {
    try (WeightSource golden = WeightSource.open(file)) {
      for (ParameterSpec p : policy.parts().parameters()) {
        float[] actual = policy.state().download(Slots.gradient(p.name())).toFloats();
        // transformers calls GPT-NeoX's head lm_head in memory, embed_out in files.
        String stored = prefix + p.name();
        String name = golden.has(stored) ? stored : stored.replace("embed_out", "lm_head");
        float[] expected = golden.readAs(name, DType.F32).toFloats();
        assertThat(GoldenModel.relativeDistance(actual, expected))
            .as("gradient of " + p.name())
            .isLessThan(GoldenTolerances.GRADIENT);
      }
    }
  }

  private static void assertUpdates(Policy policy, List<float[]> before, Path file) {
    try (WeightSource golden = WeightSource.open(file)) {
      List<ParameterSpec> parameters = policy.parts().parameters();
      for (int i = 0; i < parameters.size(); i++) {
        float[] start = before.get(i);
        float[] actual =
            GoldenModel.difference(policy.parameter(parameters.get(i)).toFloats(), start);
        float[] stored = golden.readAs(parameters.get(i).name(), DType.F32).toFloats();
        assertThat(GoldenModel.relativeDistance(actual, GoldenModel.difference(stored, start)))
            .as("update of " + parameters.get(i).name())
            .isLessThan(GoldenTolerances.UPDATE);
      }
    }
  }

  @ParameterizedTest(name = "{1} on {0}")
  @MethodSource("random")
  void randomArchitecturesEqualTransformers(String backendId, String name) throws IOException {
    Path directory = SharedData.require("golden/arch-random/" + name);
    try (Backend backend = TestBackends.open(backendId);
        Policy policy = GoldenModel.load(backend, directory, ForwardOptions.DEFAULT);
        WeightSource golden = WeightSource.open(directory.resolve("golden.safetensors"))) {
      HostTensor ids = golden.read("input_ids");
      int rows = (int) ids.sizes()[0];
      int[] all = new int[(int) ids.elements()];
      Arrays.fill(all, 1);
      MicroBatch batch = GoldenModel.batch(GoldenModel.ints(ids), rows, all);
      assertLogits(
          GoldenModel.logits(policy, batch), golden.readAs("logits", DType.F32).toFloats());
      assertLeftPadded(policy, batch, golden);
      try (Stepper<MicroBatch> stepper =
          new Stepper<>(
              policy,
              new SftObjective(),
              StepperOptions.of(new AdamWOptimizer(0.9, 0.999, 1e-8, 0, DecayedParameters.ALL), 0),
              new ProgramCache(backend, CompileOptions.DEFAULT))) {
        double expected =
            JSON.readTree(directory.resolve("golden.json").toFile()).get("loss").asDouble();
        assertThat(stepper.step(List.of(batch), 1, 0).loss())
            .isCloseTo(expected, within(GoldenTolerances.LOSS));
        assertGradients(policy, directory.resolve("golden.safetensors"), "grad.");
      }
    }
  }

  /** Padding on the left changes nothing for the real tokens. */
  private static void assertLeftPadded(Policy policy, MicroBatch plain, WeightSource golden) {
    int[] mask = GoldenModel.ints(golden.read("left_pad_attention_mask"));
    int[] positions = new int[mask.length];
    for (int i = 0; i < mask.length; i++) {
      int before = i % plain.length() == 0 ? -1 : positions[i - 1];
      positions[i] = mask[i] == 0 ? -1 : before + 1;
    }
    for (int i = 0; i < mask.length; i++) {
      positions[i] = Math.max(0, positions[i]);
    }
    MicroBatch padded =
        new MicroBatch(
            plain.rows(),
            plain.length(),
            plain.ids(),
            positions,
            mask,
            plain.targetMask(),
            plain.targets(),
            plain.tokens(),
            List.of());
    float[] actual = GoldenModel.logits(policy, padded);
    float[] expected = golden.readAs("left_pad_logits", DType.F32).toFloats();
    int vocab = actual.length / mask.length;
    for (int i = 0; i < actual.length; i++) {
      if (mask[i / vocab] == 1) {
        assertThat(actual[i]).isCloseTo(expected[i], within(GoldenTolerances.LOGITS));
      }
    }
  }
}
