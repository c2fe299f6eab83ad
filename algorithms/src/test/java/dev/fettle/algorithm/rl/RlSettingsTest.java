package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.algorithm.a2c.A2cSettings;
import dev.fettle.algorithm.grpo.GrpoSettings;
import dev.fettle.algorithm.ppo.PpoSettings;
import dev.fettle.algorithm.reinforce.ReinforceSettings;
import dev.fettle.algorithm.rl.PolicyLoss.KlTerm;
import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.algorithm.rloo.RlooSettings;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.KeyPage;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import dev.fettle.settings.SettingsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings of the policy gradients: what they are, what they come to, what is refused. */
class RlSettingsTest {
  private static final Map<String, Keys<? extends AlgorithmSettings>> ALL =
      Map.of(
          A2cSettings.TYPE, A2cSettings.KEYS,
          PpoSettings.TYPE, PpoSettings.KEYS,
          GrpoSettings.TYPE, GrpoSettings.KEYS,
          RlooSettings.TYPE, RlooSettings.KEYS,
          ReinforceSettings.TYPE, ReinforceSettings.KEYS);
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|");

  @TempDir private Path dir;

  private Path rewardModel = Path.of("");

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    rewardModel = Files.createDirectory(dir.resolve("reward"));
    Files.createDirectory(dir.resolve("elsewhere"));
  }

  private static <S> S read(Keys<S> keys, Map<String, ?> values) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.putIfAbsent("reward", "length");
    return new SettingsReader<>(keys).values(all);
  }

  private static <S> Map<String, Object> written(Keys<S> keys, Map<String, ?> values) {
    Map<String, Object> flat = new LinkedHashMap<>();
    new SettingsWriter<>(keys)
        .values(read(keys, values))
        .forEach(
            (key, value) -> {
              if (value instanceof Map<?, ?> section) {
                section.forEach((name, v) -> flat.put(key + "." + name, v));
              } else {
                flat.put(key, value);
              }
            });
    return flat;
  }

  private static Keys<? extends AlgorithmSettings> keys(String type) {
    return Objects.requireNonNull(ALL.get(type), type);
  }

  private static void refused(String type, Map<String, ?> values, String message) {
    assertThatThrownBy(() -> read(keys(type), values))
        .as("%s with %s", type, values)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  /** No value that is the default of any algorithm. */
  private Map<String, Object> others() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("samplesPerPrompt", 3);
    all.put("promptsPerRound", 7);
    all.put("temperature", 0.7);
    all.put("topP", 0.9);
    all.put("topK", 40);
    all.put("minP", 0.1);
    all.put("repetitionPenalty", 1.1);
    all.put("maxNewTokens", 33);
    all.put("stop", List.of("\n\n"));
    all.put("sampleBatchSize", 5);
    all.put("reward", List.of(Map.of("type", "number", "weight", 2.0)));
    all.put("judge", List.of(Map.of("type", "length")));
    all.put("missingEosPenalty", 0.5);
    all.put("rewardScale", "running");
    all.put("rewardClip", 4.0);
    all.put("maskTruncated", true);
    all.put("reference", dir.resolve("elsewhere").toString());
    all.put("kl.coefficient", 0.3);
    all.put("kl.estimator", "k2");
    all.put("kl.target", 6.0);
    all.put("kl.horizon", 500.0);
    all.put("kl.stopAbove", 20.0);
    all.put("entropyCoefficient", 0.02);
    return all;
  }

  private Map<String, Object> critic() {
    return Map.of(
        "critic.body",
        "separate",
        "critic.from",
        rewardModel.toString(),
        "critic.learningRate",
        1e-4,
        "critic.coefficient",
        0.25);
  }

  private Map<String, Object> others(String type) {
    Map<String, Object> all = others();
    // The other place, and whether it is measured, than where nothing is said.
    all.put("kl.place", type.equals(GrpoSettings.TYPE) ? "reward" : "loss");
    all.put("kl.measured", type.equals(GrpoSettings.TYPE));
    switch (type) {
      case A2cSettings.TYPE -> {
        all.putAll(critic());
        all.putAll(Map.of("gamma", 0.99, "lambda", 0.8, "whitenAdvantages", true));
      }
      case PpoSettings.TYPE -> {
        all.putAll(critic());
        all.putAll(Map.of("gamma", 0.99, "lambda", 0.8, "whitenAdvantages", false));
        all.putAll(Map.of("whitenRewards", true, "clip", 0.3, "passes", 5, "kl.passLimit", 0.1));
        all.put("critic.clip", 0.4);
      }
      case GrpoSettings.TYPE -> {
        all.putAll(Map.of("biasCorrection", false, "scaleRewards", "none", "lossType", "dr_grpo"));
        all.putAll(Map.of("epsilon", 0.1, "epsilonHigh", 0.28, "passes", 2, "kl.passLimit", 0.1));
        all.putAll(Map.of("delta", 2.0, "importanceSampling", "sequence"));
      }
      case RlooSettings.TYPE ->
          all.putAll(
              Map.of(
                  "whitenAdvantages", true,
                  "epsilon", 0.3,
                  "epsilonHigh", 0.4,
                  "passes", 2,
                  "kl.passLimit", 0.1));
      default ->
          all.putAll(
              Map.of("whitenAdvantages", true, "baseline", "group_mean", "baselineDecay", 0.5));
    }
    return all;
  }

  /** Keys that no other settings can have at the same time. */
  private static final Map<String, Set<String>> APART =
      Map.of(
          A2cSettings.TYPE, Set.of("preset", "kl.passLimit", "critic.clip"),
          ReinforceSettings.TYPE, Set.of("kl.passLimit"));

  @ParameterizedTest
  @ValueSource(strings = {"a2c", "ppo", "grpo", "rloo", "reinforce"})
  void everyKeyIsReadAndWrittenAsItWasGiven(String type) {
    Map<String, Object> given = others(type);
    Map<String, Object> written = written(keys(type), given);
    Map<String, Object> least = written(keys(type), Map.of());
    Set<String> documented = new LinkedHashSet<>();
    ROW.matcher(KeyPage.table(keys(type))).results().forEach(r -> documented.add(r.group(1)));
    assertThat(documented.remove("kl")).isTrue();
    documented.removeAll(APART.getOrDefault(type, Set.of()));
    assertThat(given.keySet()).containsExactlyInAnyOrderElementsOf(documented);
    given.forEach(
        (key, value) -> {
          if (!(value instanceof List<?>)) {
            assertThat(String.valueOf(written.get(key))).as(key).isEqualTo(value.toString());
          }
          assertThat(written.get(key)).as(key).isNotNull().isNotEqualTo(least.get(key));
        });
    assertThat(read(keys(type), written)).isEqualTo(read(keys(type), given));
  }

  /** As docs/a2c.md, ppo.md, grpo.md, rloo.md and reinforce.md say. */
  @ParameterizedTest
  @CsvSource({
    "a2c, samplesPerPrompt, 1",
    "a2c, kl.coefficient, 0.05",
    "a2c, kl.estimator, k1",
    "a2c, kl.place, reward",
    "a2c, gamma, 1.0",
    "a2c, lambda, 0.95",
    "a2c, whitenAdvantages, false",
    "a2c, entropyCoefficient, 0.0",
    "a2c, critic.body, shared",
    "a2c, critic.coefficient, 0.5",
    "a2c, critic.clip, 0.0",
    "a2c, preset, tokens",
    "a2c, reference, start",
    "ppo, samplesPerPrompt, 1",
    "ppo, kl.coefficient, 0.05",
    "ppo, kl.estimator, k1",
    "ppo, kl.place, reward",
    "ppo, gamma, 1.0",
    "ppo, lambda, 0.95",
    "ppo, whitenRewards, false",
    "ppo, whitenAdvantages, true",
    "ppo, clip, 0.2",
    "ppo, passes, 4",
    "ppo, critic.coefficient, 0.1",
    "ppo, critic.clip, 0.2",
    "ppo, critic.body, shared",
    "grpo, samplesPerPrompt, 8",
    "grpo, kl.coefficient, 0.0",
    "grpo, kl.estimator, k3",
    "grpo, kl.place, loss",
    "grpo, kl.measured, false",
    "grpo, biasCorrection, true",
    "grpo, importanceSampling, token",
    "grpo, scaleRewards, group",
    "grpo, lossType, dapo",
    "grpo, epsilon, 0.2",
    "grpo, passes, 1",
    "rloo, samplesPerPrompt, 2",
    "rloo, kl.coefficient, 0.05",
    "rloo, kl.estimator, k1",
    "rloo, kl.place, reward",
    "rloo, whitenAdvantages, false",
    "rloo, epsilon, 0.2",
    "rloo, passes, 1",
    "reinforce, samplesPerPrompt, 1",
    "reinforce, kl.coefficient, 0.05",
    "reinforce, kl.place, reward",
    "reinforce, baseline, moving_average",
    "reinforce, baselineDecay, 0.9",
    "reinforce, whitenAdvantages, false",
    "reinforce, temperature, 1.0",
    "reinforce, maxNewTokens, 256",
    "reinforce, rewardScale, none",
    "reinforce, missingEosPenalty, 0.0",
    "reinforce, maskTruncated, false"
  })
  void whereNothingIsSaidItIsAsDocumented(String type, String key, String value) {
    assertThat(String.valueOf(written(keys(type), Map.of()).get(key))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a2c", "ppo", "grpo", "rloo", "reinforce"})
  void whatAllOfThemRefuse(String type) {
    assertThatThrownBy(() -> new SettingsReader<>(keys(type)).values(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("reward");
    refused(
        type,
        Map.of("reference", "none", "kl", 0.1),
        "reference: is none, and kl needs one; set kl: { coefficient: 0, measured: false }");
    refused(
        type,
        Map.of("kl.target", 6, "kl.coefficient", 0),
        "kl.coefficient: is 0, and target can only multiply it; give it a first value");
    refused(type, Map.of("rewardClip", 0), "rewardClip: ");
    refused(type, Map.of("entropyCoefficient", -1), "entropyCoefficient: ");
    assertThat(
            read(
                keys(type), Map.of("reference", "none", "kl.coefficient", 0, "kl.measured", false)))
        .isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a2c", "ppo", "reinforce"})
  void alwaysTheLikeliestIsNoSample(String type) {
    refused(
        type,
        Map.of("temperature", 0),
        "temperature: is 0: the likeliest answers are no sample, and there is nothing to learn from"
            + " them");
  }

  @Test
  void manyAnswersMustDiffer() {
    refused("grpo", Map.of("temperature", 0), "so that all 8 answers to a prompt are the same");
    refused("rloo", Map.of("topK", 1), "so that all 2 answers to a prompt are the same");
  }

  @ParameterizedTest
  @CsvSource({"a2c, ''", "reinforce, ''", "grpo, ''", "rloo, ''", "ppo, passes"})
  void aLimitOfPassesNeedsPasses(String type, String once) {
    Map<String, Object> values = new LinkedHashMap<>(Map.of("kl.passLimit", 0.1));
    if (!once.isEmpty()) {
      values.put(once, 1);
    }
    refused(
        type,
        values,
        "kl: has a passLimit, but each rollout is learnt once; leave it out, or raise passes where the"
            + " algorithm has them (ppo, grpo, rloo)");
  }

  /** Its gradient is that of {@code log p} under {@code p}: 0 on average. */
  @ParameterizedTest
  @ValueSource(strings = {"a2c", "ppo", "rloo", "reinforce"})
  void aDivergenceInTheLossMustHold(String type) {
    refused(
        type,
        Map.of("kl.place", "loss"),
        "kl: has estimator k1 in the loss, where its gradient is 0 on average and holds nothing; set"
            + " estimator: k2 or k3, or place: reward");
    assertThat(read(keys(type), Map.of("kl.place", "loss", "kl.estimator", "k2"))).isNotNull();
    assertThat(read(keys(type), Map.of("kl.place", "loss", "kl.coefficient", 0))).isNotNull();
  }

  @Test
  void weighedByTheRatioEveryEstimatorHolds() {
    Map<String, Object> k1 = Map.of("kl.estimator", "k1", "kl.coefficient", 0.1);
    assertThat(read(GrpoSettings.KEYS, k1).recipe().loss().kl())
        .contains(new KlTerm(KlEstimator.K1, true));
    Map<String, Object> plain = new LinkedHashMap<>(k1);
    plain.put("biasCorrection", false);
    refused("grpo", plain, "kl: has estimator k1 in the loss");
  }

  @Test
  void whatIsRefusedOfOne() {
    String two = "is 1; an answer is held against the others to its prompt: sample 2 or more";
    refused("grpo", Map.of("samplesPerPrompt", 1), "samplesPerPrompt: " + two);
    refused("rloo", Map.of("samplesPerPrompt", 1), "samplesPerPrompt: " + two);
    for (String baseline : List.of("leave_one_out", "group_mean")) {
      refused(
          "reinforce",
          Map.of("baseline", baseline),
          "samplesPerPrompt: is 1; this baseline needs other answers to the same prompt: sample 2 or"
              + " more");
    }
    assertThat(read(ReinforceSettings.KEYS, Map.of("baseline", "none"))).isNotNull();
    refused(
        "grpo",
        Map.of("delta", 1.25, "epsilonHigh", 0.28),
        "delta: is 1.25, where ratios are clipped at 1 + 0.28 already; raise it, or leave it out");
    refused(
        "a2c",
        Map.of("critic.clip", 0.2),
        "critic: has a clip, but a rollout is learnt once: nothing moves; take ppo, or leave it out");
    refused(
        "a2c",
        Map.of("preset", "article", "lambda", 1),
        "preset: is article, where an answer is one action, and gamma and lambda mean nothing; leave"
            + " them out, or take preset: tokens");
  }

  /** One value a prompt, and the divergence where it has a gradient. */
  @Test
  void theArticlesPresetIsItsForm() {
    RlRecipe recipe = read(A2cSettings.KEYS, Map.of("preset", "article")).recipe();
    assertThat(recipe.learning().advantages()).isEqualTo(new Advantages.OverPrompt());
    assertThat(recipe.loss().kl()).contains(new KlTerm(KlEstimator.K3, false));
    assertThat(recipe.loss().value().orElseThrow().level()).isEqualTo(Level.PROMPT);
  }
}
