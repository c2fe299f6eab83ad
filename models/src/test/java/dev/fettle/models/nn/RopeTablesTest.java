package dev.fettle.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.models.config.GptNeoxConfig;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.LlamaConfig;
import dev.fettle.models.config.ModelConfig;
import dev.fettle.models.config.RopeConfig;
import dev.fettle.models.config.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Frequencies and tables against {@code rope-fixtures.json}: what transformers 5.18's {@code
 * LlamaRotaryEmbedding} and {@code GPTNeoXRotaryEmbedding} give for each config.
 */
final class RopeTablesTest {
  /** A unit in the last place of a frequency, as powf rounds differently, and a bit. */
  private static final double RELATIVE = 2.5e-7;

  static Stream<JsonNode> fixtures() throws IOException {
    try (InputStream in = RopeTablesTest.class.getResourceAsStream("rope-fixtures.json")) {
      JsonNode all = StrictJson.MAPPER.readTree(Objects.requireNonNull(in));
      return StreamSupport.stream(all.spliterator(), false);
    }
  }

  private static RopeConfig rope(JsonNode fixture) {
    ModelConfig config =
        HfConfig.of(Path.of(fixture.get("name").asText()), (ObjectNode) fixture.get("config"))
            .model();
    return config instanceof LlamaConfig llama ? llama.rope() : ((GptNeoxConfig) config).rope();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void frequencies(JsonNode fixture) {
    float[] ours = RopeFrequencies.of(rope(fixture), fixture.get("length").asInt());
    JsonNode theirs = fixture.get("frequencies");
    assertThat(ours).hasSize(theirs.size());
    for (int i = 0; i < ours.length; i++) {
      double expected = theirs.get(i).asDouble();
      assertThat((double) ours[i]).isCloseTo(expected, within(RELATIVE * expected));
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void tables(JsonNode fixture) {
    int length = fixture.get("length").asInt();
    RopeTables tables = RopeTables.of(rope(fixture), length);
    int half = fixture.get("frequencies").size();
    assertThat(tables.cos().sizes()).containsExactly(length, half);
    assertThat(tables.sin().sizes()).containsExactly(length, half);
    double factor = fixture.get("attentionFactor").asDouble();
    for (int k = 0; k < fixture.get("positions").size(); k++) {
      int position = fixture.get("positions").get(k).asInt();
      compare(tables.cos().floats(), fixture.get("cos").get(k), position, factor);
      compare(tables.sin().floats(), fixture.get("sin").get(k), position, factor);
    }
  }

  private static void compare(FloatBuffer ours, JsonNode theirs, int position, double factor) {
    for (int i = 0; i < theirs.size(); i++) {
      double tolerance = factor * (1e-6 + position * RELATIVE);
      assertThat((double) ours.get(position * theirs.size() + i))
          .as("position %d, element %d", position, i)
          .isCloseTo(theirs.get(i).asDouble(), within(tolerance));
    }
  }
}
