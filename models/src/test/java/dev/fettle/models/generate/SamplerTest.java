package dev.fettle.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.models.generate.SamplingOptions.Choice;
import dev.fettle.models.random.RandomStream;
import dev.fettle.models.random.RandomStream.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static Choice options(
      double penalty, double temperature, int topK, double topP, double minP) {
    return new Choice(penalty, temperature, topK, topP, minP);
  }

  private static RandomStream stream(int number) {
    return RandomStream.of(1, Purpose.SAMPLE, number, 0);
  }

  private static Pick pick(Choice choice, float[] logits, int stream) {
    return new Sampler(choice, logits.length).pick(logits, new BitSet(), stream(stream));
  }

  /** The settings behind the names of the golden processors. */
  private static Choice named(String processor) {
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
      BitSet seen = new BitSet();
      c.get("input_ids").forEach(id -> seen.set(id.asInt()));
      Choice settings = named(c.get("processor").asText());
      Sampler.penalize(logits, seen, settings.repetitionPenalty());
      double[] p = new Sampler(settings, logits.length).distribution(logits);
      double[] expected = new double[p.length];
      for (int i = 0; i < c.get("kept_ids").size(); i++) {
        expected[c.get("kept_ids").get(i).asInt()] = c.get("probs").get(i).asDouble();
      }
      String name = c.get("processor").asText();
      assertThat(p).as(name).containsExactly(expected, within(1e-5));
      int[] kept = IntStream.range(0, p.length).filter(id -> p[id] > 0).toArray();
      int[] wanted = new int[c.get("kept_ids").size()];
      Arrays.setAll(wanted, i -> c.get("kept_ids").get(i).asInt());
      Arrays.sort(wanted);
      assertThat(kept).as(name).isEqualTo(wanted);
      assertThat(drawnApart(settings, logits, expected)).as(name).isNegative();
    }
  }

  /** By how much the chi square of many draws exceeds what it does once in a thousand. */
  private static double drawnApart(Choice settings, float[] logits, double[] expected) {
    int draws = 20_000;
    int[] counts = new int[expected.length];
    // The penalty is in the logits already.
    Choice rest =
        options(1, settings.temperature(), settings.topK(), settings.topP(), settings.minP());
    Sampler sampler = new Sampler(rest, logits.length);
    for (int i = 0; i < draws; i++) {
      counts[sampler.pick(logits.clone(), new BitSet(), stream(i)).id()]++;
    }
    // Tokens that are drawn fewer than five times in the mean count as one.
    double rareMean = 0;
    double rareCount = 0;
    double chi = 0;
    int freedom = -1;
    for (int id = 0; id < counts.length; id++) {
      double mean = draws * expected[id];
      if (mean < 5) {
        rareMean += mean;
        rareCount += counts[id];
      } else {
        chi += (counts[id] - mean) * (counts[id] - mean) / mean;
        freedom++;
      }
    }
    if (rareMean >= 5) {
      chi += (rareCount - rareMean) * (rareCount - rareMean) / rareMean;
      freedom++;
    }
    // Wilson and Hilferty's approximation of the quantile at 0.999.
    double share = 2.0 / (9 * Math.max(1, freedom));
    double bound = Math.max(1, freedom) * Math.pow(1 - share + 3.0902 * Math.sqrt(share), 3);
    return chi - bound;
  }

  @Test
  void drawsFollowTheDistributionAndRepeatByName() {
    Choice settings = options(1, 1, 0, 1, 0);
    int[] counts = new int[3];
    for (int i = 0; i < 4000; i++) {
      counts[draw(settings, i)]++;
    }
    // Probabilities of the logits log 1, log 2, log 5.
    assertThat(counts[0] / 4000.0).isCloseTo(0.125, within(0.02));
    assertThat(counts[1] / 4000.0).isCloseTo(0.25, within(0.03));
    assertThat(draw(settings, 7)).isEqualTo(draw(settings, 7));
  }

  private static int draw(Choice settings, int stream) {
    float[] logits = {0, (float) Math.log(2), (float) Math.log(5)};
    return pick(settings, logits, stream).id();
  }

  @Test
  void temperatureZeroTakesTheFirstLikeliest() {
    float[] logits = {1, 3, 3, 2};
    assertThat(pick(options(1, 0, 0, 1, 0), logits, 0).id()).isEqualTo(1);
  }

  @Test
  void thePenaltyCountsEachTokenOnceAndLeavesTheModelsLogProbability() {
    float[] logits = {1, 3, -2, 2.5f};
    double own = 3 - Sampler.logSumExp(logits);
    BitSet seen = new BitSet();
    seen.set(1, 3);
    Pick pick = new Sampler(options(1.1, 0, 0, 1, 0), 4).pick(logits, seen, stream(0));
    assertThat(logits).containsExactly(new float[] {1, 3 / 1.1f, -2.2f, 2.5f}, within(1e-6f));
    assertThat(pick.id()).isEqualTo(1);
    assertThat(pick.logProb()).isCloseTo((float) own, within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1e-100, 1e-300, 1e-308, Double.MIN_VALUE})
  void theSmallestTemperaturesTakeTheLikeliest(double temperature) {
    for (Choice choice :
        List.of(
            options(1, temperature, 0, 1, 0),
            options(1, temperature, 3, 1, 0),
            options(1, temperature, 0, 0.9, 0.1))) {
      float[] logits = {-8, 3, 40, 7, 39.9f};
      Pick pick = pick(choice, logits, 3);
      assertThat(pick.id()).as("%s", choice).isEqualTo(2);
      assertThat(pick.samplingLogProb()).isZero();
    }
  }

  @Test
  void equalLogitsShareTheSmallestTemperature() {
    int[] counts = new int[3];
    for (int i = 0; i < 1000; i++) {
      float[] logits = {5, 2, 5};
      counts[pick(options(1, 1e-310, 0, 1, 0), logits, i).id()]++;
    }
    assertThat(counts[1]).isZero();
    assertThat(counts[0]).isBetween(440, 560);
  }

  /** Every filter by sorting, as it is said: the definition the quick way must agree with. */
  private static double[] sorted(float[] logits, Choice choice) {
    Integer[] order = new Integer[logits.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -logits[i]));
    double[] kept = new double[logits.length];
    for (int i = 0; i < kept.length; i++) {
      boolean enough = choice.topK() == 0 || choice.topK() >= kept.length;
      boolean in = enough || logits[i] >= logits[order[choice.topK() - 1]];
      kept[i] = in ? Math.exp(((double) logits[i] - logits[order[0]]) / choice.temperature()) : 0;
    }
    normalize(kept);
    double before = 0;
    for (int i = 0; i < kept.length && choice.topP() < 1; i++) {
      double own = kept[order[i]];
      if (i > 0 && before >= choice.topP()) {
        kept[order[i]] = 0;
      }
      before += own;
    }
    normalize(kept);
    double most = Arrays.stream(kept).max().orElseThrow();
    for (int i = 0; i < kept.length; i++) {
      kept[i] = kept[i] < choice.minP() * most ? 0 : kept[i];
    }
    normalize(kept);
    return kept;
  }

  private static void normalize(double[] p) {
    double sum = Arrays.stream(p).sum();
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
  }

  @Test
  void filtersAreThoseOfSorting() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 400; round++) {
      int vocab = 1 + random.nextInt(round % 10 == 0 ? 20_000 : 300);
      // Few different values in every third round, so that there are ties.
      double grain = round % 3 == 0 ? 4 : 1e6;
      float[] logits = new float[vocab];
      for (int i = 0; i < vocab; i++) {
        logits[i] = (float) (Math.round(random.nextGaussian() * 3 * grain) / grain);
      }
      Choice choice =
          options(
              1,
              0.2 + random.nextDouble() * 2,
              random.nextBoolean() ? 0 : 1 + random.nextInt(vocab),
              random.nextBoolean() ? 1 : 1e-6 + random.nextDouble() * 0.999,
              random.nextBoolean() ? 0 : random.nextDouble() * 0.5);
      double[] p = new Sampler(choice, vocab).distribution(logits);
      assertThat(p)
          .as("seed %d, round %d, %s", seed, round, choice)
          .containsExactly(sorted(logits, choice), within(1e-9));
    }
  }

  @Test
  void logitsThatAreNoDistributionAreErrors() {
    float nan = Float.NaN;
    float infinity = Float.POSITIVE_INFINITY;
    for (Choice choice : List.of(options(1, 0, 0, 1, 0), options(1, 1, 2, 0.9, 0))) {
      assertThatThrownBy(() -> pick(choice, new float[] {1, nan, 2}, 0))
          .isInstanceOf(GenerationException.class)
          .hasMessageStartingWith("cannot be chosen: 1 of 3 logits are not numbers (NaN)");
    }
    Choice draws = options(1, 1, 0, 1, 0);
    assertThatThrownBy(() -> pick(draws, new float[] {1, infinity, 2}, 0))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("the largest logit is Infinity");
    assertThatThrownBy(() -> pick(draws, new float[] {-infinity, -infinity, -infinity}, 0))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("the largest logit is -Infinity");
    // As in transformers, whose greedy search asks for the largest alone.
    Choice greedy = options(1, 0, 0, 1, 0);
    assertThat(pick(greedy, new float[] {1, infinity, 2}, 0).id()).isEqualTo(1);
    assertThat(pick(greedy, new float[] {-infinity, -3, -infinity}, 0).id()).isEqualTo(1);
    Pick only = pick(draws, new float[] {-infinity, -3, -infinity}, 0);
    assertThat(only).isEqualTo(new Pick(1, 0, 0));
  }

  @Test
  void optionsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> options(1, -1, 0, 1, 0))
        .hasMessage("temperature is -1.0; it must be 0 or more");
    assertThatThrownBy(() -> options(1, 1, 0, 0, 0)).hasMessageContaining("top-p is 0.0");
    assertThatThrownBy(() -> options(0, 1, 0, 1, 0)).hasMessageContaining("repetition penalty");
    assertThatThrownBy(() -> SamplingOptions.sampling(0)).hasMessageContaining("max new tokens");
    SamplingOptions one = SamplingOptions.sampling(1);
    assertThatThrownBy(() -> one.withSamples(0)).hasMessageContaining("samples is 0");
  }
}
