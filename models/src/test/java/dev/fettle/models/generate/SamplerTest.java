package dev.fettle.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.models.random.RandomStream;
import dev.fettle.models.random.RandomStream.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final Set<Integer> NO_STOP = Set.of();

  private static SamplingOptions options(
      double penalty, double temperature, int topK, double topP, double minP) {
    return new SamplingOptions(penalty, temperature, topK, topP, minP, 10, NO_STOP, 5);
  }

  /** The settings behind the names of the golden processors. */
  private static SamplingOptions named(String processor) {
    return switch (processor) {
      case "temperature_0_7" -> options(1, 0.7, 0, 1, 0);
      case "top_k_20" -> options(1, 1, 20, 1, 0);
      case "top_p_0_9" -> options(1, 1, 0, 0.9, 0);
      case "min_p_0_1" -> options(1, 1, 0, 1, 0.1);
      case "rep_penalty_1_3" -> options(1.3, 1, 0, 1, 0);
      case "temp0_8_topk40_topp0_95" -> options(1, 0.8, 40, 0.95, 0);
      default -> throw new IllegalArgumentException(processor);
    };
  }

  @Test
  void distributionsEqualTransformers() throws IOException {
    Path file =
        Path.of(
            System.getProperty("fettle.shared", "../shared"),
            "data/golden/sampling/stories260K_processors.json");
    if (!Files.exists(file)) {
      System.out.println("skipped: no " + file);
    }
    assumeTrue(Files.exists(file), () -> "no " + file);
    JsonNode cases = new ObjectMapper().readTree(file.toFile());
    assertThat(cases.size()).isPositive();
    JsonNode stored = cases.get(0).get("logits");
    for (JsonNode c : cases) {
      // Only the first case of a prompt carries the logits they all start from.
      stored = c.get("logits").size() > 0 ? c.get("logits") : stored;
      float[] logits = new float[stored.size()];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) stored.get(i).asDouble();
      }
      int[] context = new int[c.get("input_ids").size()];
      for (int i = 0; i < context.length; i++) {
        context[i] = c.get("input_ids").get(i).asInt();
      }
      SamplingOptions settings = named(c.get("processor").asText());
      Sampler.penalize(logits, context, settings.repetitionPenalty());
      double[] p = Sampler.distribution(logits, settings);
      double[] expected = new double[p.length];
      for (int i = 0; i < c.get("kept_ids").size(); i++) {
        expected[c.get("kept_ids").get(i).asInt()] = c.get("probs").get(i).asDouble();
      }
      assertThat(p).as(c.get("processor").asText()).containsExactly(expected, within(1e-5));
    }
  }

  @Test
  void drawsFollowTheDistributionAndRepeatByName() {
    SamplingOptions settings = options(1, 1, 0, 1, 0);
    int[] counts = new int[3];
    for (int i = 0; i < 4000; i++) {
      counts[draw(settings, i)]++;
    }
    // Probabilities of the logits log 1, log 2, log 5.
    assertThat(counts[0] / 4000.0).isCloseTo(0.125, within(0.02));
    assertThat(counts[1] / 4000.0).isCloseTo(0.25, within(0.03));
    assertThat(draw(settings, 7)).isEqualTo(draw(settings, 7));
  }

  private static int draw(SamplingOptions settings, int stream) {
    float[] logits = {0, (float) Math.log(2), (float) Math.log(5)};
    RandomStream random = RandomStream.of(1, Purpose.SAMPLE, stream, 0);
    return new Sampler(settings, random).next(logits, new int[0]);
  }

  @Test
  void temperatureZeroTakesTheFirstLikeliest() {
    float[] logits = {1, 3, 3, 2};
    RandomStream random = RandomStream.of(1, Purpose.SAMPLE, 0, 0);
    assertThat(new Sampler(options(1, 0, 0, 1, 0), random).next(logits, new int[0])).isEqualTo(1);
  }

  @Test
  void optionsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> options(1, -1, 0, 1, 0))
        .hasMessage("temperature is -1.0; it must be 0 or more");
    assertThatThrownBy(() -> options(1, 1, 0, 0, 0)).hasMessageContaining("top-p is 0.0");
    assertThatThrownBy(() -> options(0, 1, 0, 1, 0)).hasMessageContaining("repetition penalty");
  }
}
