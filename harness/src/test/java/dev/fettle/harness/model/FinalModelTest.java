package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.harness.Tiny;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.wiring.Backends;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.Backend;
import dev.fettle.train.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory of a policy that is not the language model it began as. */
class FinalModelTest {
  @TempDir private Path dir;

  @Test
  void aRewardModelIsWrittenWithoutALanguageHead() throws IOException {
    Tiny tiny = Tiny.in(dir);
    Path out = dir.resolve("reward");
    try (Backend backend = Backends.discover().open(Tiny.REFERENCE);
        ModelFiles files = ModelFiles.open(tiny.model())) {
      List<float[]> before;
      PolicyPlan plan = plan(files);
      try (Policy policy = PolicyLoader.load(backend, plan, 4)) {
        before = values(policy);
        new PolicyFiles(plan, policy, Optional.empty()).write(out);
      }
      try (WeightSource weights = WeightSource.open(out)) {
        assertThat(weights.names()).contains("score.weight").doesNotContain("lm_head.weight");
        assertThat(weights.shape("score.weight")).containsExactly(1, 16);
      }
      // Another seed: the head is read, not drawn.
      try (ModelFiles written = ModelFiles.open(out);
          Policy policy = PolicyLoader.load(backend, plan(written), 5)) {
        assertThat(values(policy)).usingRecursiveComparison().isEqualTo(before);
      }
    }
    JsonNode config = new ObjectMapper().readTree(out.resolve("config.json").toFile());
    assertThat(config.get("architectures").toString())
        .isEqualTo("[\"GPT2ForSequenceClassification\"]");
    assertThat(config.get("id2label")).hasSize(1);
    assertThat(out.resolve("tokenizer.json")).exists();
  }

  private static PolicyPlan plan(ModelFiles files) {
    return PolicyPlan.of(files, ModelSettings.of(files.directory()), List.of(ScalarHead.REWARD));
  }

  private static List<float[]> values(Policy policy) {
    List<ParameterSpec> parameters = policy.parts().parameters();
    return parameters.stream().map(p -> policy.parameter(p).toFloats()).toList();
  }
}
