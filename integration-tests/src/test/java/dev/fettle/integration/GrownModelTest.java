package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.data.encode.LossOn;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.FinalModel;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.tokenizer.ChatMl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A real model that was given ChatML's tokens, against transformers 5.18 with the same rows: {@code
 * add_tokens}, {@code resize_token_embeddings}, the new rows set to the mean of the old ones.
 */
class GrownModelTest {
  private static final String TEXT = "<|im_start|>user\nOnce upon a time<|im_end|>\n";
  private static final int[] IDS = {
    512, 318, 419, 285, 13, 441, 416, 331, 407, 261, 378, 513, 410, 13
  };
  private static final double[] LOG_PROBS = {
    -5.1885, -1.4773, -5.2437, -10.59434, -3.94561, -0.02938, -6.74117, -8.59413, -0.00749,
    -0.00617, -23.42081, -5.1838, -8.53849
  };

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void idsAndLogProbabilitiesAreTransformers(String id, @TempDir Path dir) throws IOException {
    Path base = SharedData.require("models/stories260K");
    Path grown = dir.resolve("grown");
    try (ModelFiles files = ModelFiles.open(base, Optional.empty(), ChatMl.changes());
        WeightSource weights = files.weights()) {
      PolicySpec spec = PolicySpec.of(files.model());
      ModelParts parts = ModelParts.trace(spec);
      StoredParameters stored = new StoredParameters(weights, parts);
      FinalModel.of(files, spec, Optional.empty()).write(grown, parts, stored::read);
    }
    Path rows = dir.resolve("rows.jsonl");
    Files.writeString(rows, "{\"input_ids\": " + Arrays.toString(IDS) + "}\n");
    try (LoadedModel model = LoadedModel.open(grown, BackendSettings.of(id))) {
      assertThat(model.tokenizer().encode(TEXT, false).ids()).isEqualTo(IDS);
      assertThat(model.stopIds()).contains(513);
      float[] found = model.score(DataSettings.of(rows), LossOn.AUTO).rows().get(0).logprobs();
      assertThat(found).hasSize(LOG_PROBS.length);
      for (int t = 0; t < LOG_PROBS.length; t++) {
        assertThat((double) found[t]).isCloseTo(LOG_PROBS[t], within(3e-5));
      }
    }
  }
}
