package dev.fettle.harness.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.audit.Finding.Verdict;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose metrics are made up, so that what is to be found in them is known. */
class AuditTest {
  private static final int STEPS = 100;

  /** A run that is within all limits. */
  private static final Map<String, IntToDoubleFunction> GOOD =
      Map.ofEntries(
          Map.entry("reward", s -> 1 + 0.01 * s),
          Map.entry("reward_std", s -> 1.0),
          Map.entry("judge", s -> 2 + 0.01 * s + 0.001 * (s % 3)),
          Map.entry("kl", s -> 0.02 * s),
          Map.entry("entropy", s -> 3 - 0.001 * s),
          Map.entry("completions/mean_length", s -> 40 + 0.1 * s),
          Map.entry("completions/clipped_ratio", s -> 0.1),
          Map.entry("vf_explained_var", s -> 0.5),
          Map.entry("timing/rollout", s -> 0.4),
          Map.entry("timing/reward", s -> 0.1),
          Map.entry("timing/train", s -> 0.5));

  @TempDir private Path dir;

  private void write(Map<String, IntToDoubleFunction> metrics) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int step = 1; step <= STEPS; step++) {
      text.append(row(step, metrics));
    }
    Files.writeString(dir.resolve("metrics.jsonl"), text);
  }

  private static String row(int step, Map<String, IntToDoubleFunction> metrics) {
    StringBuilder line = new StringBuilder("{\"step\":" + step);
    new TreeMap<>(metrics)
        .forEach(
            (name, value) ->
                line.append(
                    String.format(Locale.ROOT, ",\"%s\":%.9g", name, value.applyAsDouble(step))));
    return line.append("}\n").toString();
  }

  private void with(String name, IntToDoubleFunction value) throws IOException {
    Map<String, IntToDoubleFunction> all = new TreeMap<>(GOOD);
    all.put(name, value);
    write(all);
  }

  private AuditReport audit(String... limits) {
    return Audit.of(dir, AuditLimits.with(List.of(limits)));
  }

  private Finding finding(String id, String... limits) {
    return audit(limits).finding(id);
  }

  /** Answers of a table: prompt, text, reward. */
  private void table(int number, String... rows) throws IOException {
    Path file = dir.resolve("rollouts/%06d.jsonl".formatted(number));
    Files.createDirectories(file.getParent());
    StringBuilder text = new StringBuilder();
    for (String row : rows) {
      String[] cells = row.split(" ", -1);
      text.append(
          "{\"prompt\":\"p\",\"completion\":\"%s\",\"index\":%s,\"reward\":%s,\"judge\":%s}\n"
              .formatted(cells[1], cells[0], cells[2], cells[2]));
    }
    Files.writeString(file, text);
  }

  @Test
  void aRunWithinItsLimitsIsSo() throws IOException {
    write(GOOD);
    table(1, "0 a 1", "0 b 0", "1 c 1", "1 d 0");
    AuditReport report = audit();
    assertThat(report.from()).isEqualTo(1);
    assertThat(report.to()).isEqualTo(STEPS);
    assertThat(report.findings())
        .extracting(Finding::id)
        .containsExactly(
            "reward",
            "over-optimisation",
            "kl",
            "entropy",
            "length",
            "clipped",
            "reward-variance",
            "critic",
            "repetition",
            "time");
    assertThat(report.findings()).allMatch(f -> f.verdict() == Verdict.WITHIN);
    assertThat(report.findings()).allMatch(f -> f.meaning().isEmpty() && f.advice().isEmpty());
    assertThat(AuditTable.of(report)).contains("All 10 findings are within their limits.");
  }

  @Test
  void growthOfTheDistanceIsMeasured() throws IOException {
    write(GOOD);
    Finding found = finding("kl");
    assertThat(found.numbers().get("start")).isCloseTo(0.02 * 10.5, within(1e-9));
    assertThat(found.numbers().get("end")).isCloseTo(0.02 * 90.5, within(1e-9));
    assertThat(found.numbers().get("largest")).isCloseTo(2, within(1e-9));
    assertThat(found.numbers().get("largest_step")).isEqualTo(100);
    assertThat(found.numbers().get("growth_per_100_steps")).isCloseTo(2, within(1e-9));
    assertThat(finding("kl", "kl=1").verdict()).isEqualTo(Verdict.NOTABLE);
    assertThat(finding("kl", "klGrowth=1.9").verdict()).isEqualTo(Verdict.NOTABLE);
    assertThat(finding("kl", "klGrowth=2.1").verdict()).isEqualTo(Verdict.WITHIN);
    with("kl", s -> 0.2 * s);
    Finding far = finding("kl");
    assertThat(far.verdict()).isEqualTo(Verdict.NOTABLE);
    assertThat(far.measured()).contains("largest 20.000 at step 100; +20.000 in 100 steps");
    assertThat(far.meaning()).isNotBlank();
    assertThat(far.advice()).isNotBlank();
  }

  @Test
  void theCoefficientIsTold() throws IOException {
    with("kl_coefficient", s -> 0.1 * s);
    assertThat(finding("kl").measured()).contains("its coefficient from 1.050 to 9.050");
  }

  @ParameterizedTest
  @CsvSource({
    "entropy, 3, 1.2, entropy, NOTABLE",
    "entropy, 3, 2.0, entropy, WITHIN",
    "entropy, 3, 9.0, entropy, WITHIN",
    "completions/mean_length, 40, 90, length, NOTABLE",
    "completions/mean_length, 40, 15, length, NOTABLE",
    "completions/mean_length, 40, 50, length, WITHIN",
    "completions/clipped_ratio, 0, 0.5, clipped, NOTABLE",
    "completions/clipped_ratio, 0.9, 0.1, clipped, WITHIN",
    "reward_std, 1, 0.2, reward-variance, NOTABLE",
    "reward_std, 1, 0.8, reward-variance, WITHIN",
    "reward_std, 1, 3, reward-variance, WITHIN",
    "vf_explained_var, -1, -0.2, critic, NOTABLE",
    "vf_explained_var, 0, 0.6, critic, WITHIN",
    "reward, 1, 0.5, reward, NOTABLE",
    "reward, 1, 1.5, reward, WITHIN",
    "timing/rollout, 9, 9, time, NOTABLE",
    "timing/rollout, 0.1, 0.1, time, WITHIN",
  })
  void aMetricThatMoves(String metric, double from, double to, String id, Verdict verdict)
      throws IOException {
    with(metric, s -> from + (to - from) * Math.min(1, s / 60.0));
    Finding found = finding(id);
    assertThat(found.verdict()).as(found.measured()).isEqualTo(verdict);
    assertThat(found.from()).isEqualTo(1);
    assertThat(found.to()).isEqualTo(STEPS);
    assertThat(found.meaning().isEmpty()).isEqualTo(verdict == Verdict.WITHIN);
  }

  /** The reward rises all the way; the judge rises, and falls below where it began. */
  @Test
  void aRewardThatLeavesItsJudgeBehindIsOverOptimised() throws IOException {
    Map<String, IntToDoubleFunction> all = new TreeMap<>(GOOD);
    all.put("kl", s -> 0.0004 * s * s);
    all.put("reward", s -> 0.05 * s);
    all.put("judge", s -> 0.02 * s * (1 - s / 80.0));
    write(all);
    Finding found = finding("over-optimisation");
    assertThat(found.verdict()).isEqualTo(Verdict.NOTABLE);
    assertThat(found.numbers().get("reward_gain_in_deviations")).isCloseTo(4, within(0.01));
    assertThat(found.numbers().get("judge_gain_in_deviations")).isNegative();
    assertThat(found.numbers().get("judge_best_step")).isCloseTo(40.0, within(3.0));
    assertThat(found.numbers().get("judge_best_sqrt_kl")).isCloseTo(0.8, within(0.06));
    assertThat(found.numbers().get("correlation_over_steps")).isNegative();
    assertThat(found.measured()).contains("the judge was highest around step");
    assertThat(found.advice()).contains("take the checkpoint near step");
    // The larger gap alone is notable too, where both gain.
    all.put("judge", s -> 0.005 * s);
    write(all);
    assertThat(finding("over-optimisation", "judgeGap=9").verdict()).isEqualTo(Verdict.WITHIN);
    all.put("judge", s -> 0.02 * s + (s % 2) * 5);
    write(all);
    assertThat(finding("over-optimisation").verdict()).isEqualTo(Verdict.NOTABLE);
  }

  @Test
  void evaluationsAreComparedWhereStepsAreNot() throws IOException {
    Map<String, IntToDoubleFunction> all = new TreeMap<>(GOOD);
    all.remove("judge");
    write(all);
    assertThat(finding("over-optimisation").verdict()).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(finding("over-optimisation").measured()).contains("algorithm.judge");
    StringBuilder text = new StringBuilder(Files.readString(dir.resolve("metrics.jsonl")));
    text.append("{\"step\":100,\"eval_reward\":1.0,\"eval_judge\":1.0}\n");
    Files.writeString(dir.resolve("metrics.jsonl"), text);
    assertThat(finding("over-optimisation").measured()).contains("asked once only");
    text.append("{\"step\":110,\"eval_reward\":3.0,\"eval_judge\":0.5}\n");
    Files.writeString(dir.resolve("metrics.jsonl"), text);
    Finding found = finding("over-optimisation");
    assertThat(found.verdict()).isEqualTo(Verdict.NOTABLE);
    assertThat(found.measured()).contains("eval_reward from 1.000 to 3.000", "eval_judge");
    assertThat(found.from()).isEqualTo(100);
  }

  /** Rewards that follow the law of Gao et al. are fitted by it. */
  @Test
  void theLawIsFound() {
    TreeMap<Long, Double> kl = new TreeMap<>();
    TreeMap<Long, Double> reward = new TreeMap<>();
    OverOptimisation law = new OverOptimisation(1.5, 0.4);
    for (long s = 0; s < 60; s++) {
      kl.put(s, 0.01 * s * s);
      reward.put(s, 7 + law.gain(0.1 * s));
    }
    Series measured = Series.of("reward", reward);
    OverOptimisation found = OverOptimisation.fit(Series.of("kl", kl), measured).orElseThrow();
    assertThat(found.alpha()).isCloseTo(1.5, within(1e-9));
    assertThat(found.beta()).isCloseTo(0.4, within(1e-9));
    assertThat(OverOptimisation.fit(Series.of("kl", new TreeMap<>()), measured)).isEmpty();
  }

  @Test
  void promptsWhoseAnswersAreAllWorthTheSame() throws IOException {
    write(GOOD);
    table(1, "0 a 1", "0 b 0", "1 c 1", "1 d 0");
    table(2, "0 a 1", "0 b 1", "1 c 1", "1 d 1");
    Finding found = finding("reward-variance");
    assertThat(found.verdict()).isEqualTo(Verdict.NOTABLE);
    assertThat(found.numbers()).containsEntry("equal_start", 0.0).containsEntry("equal_end", 1.0);
    assertThat(finding("reward-variance", "equalRewards=1").verdict()).isEqualTo(Verdict.WITHIN);
  }

  @Test
  void answersThatRepeatEachOther() throws IOException {
    write(GOOD);
    table(1, "0 a 1", "0 b 0", "1 c 1", "1 d 0");
    assertThat(finding("repetition").verdict()).isEqualTo(Verdict.WITHIN);
    table(2, "0 a 1", "0 a 0", "1 a 1", "1 a 0");
    Finding found = finding("repetition");
    assertThat(found.verdict()).isEqualTo(Verdict.NOTABLE);
    assertThat(found.numbers())
        .containsEntry("distinct_start", 1.0)
        .containsEntry("distinct_end", 0.25)
        .containsEntry("commonest_end", 1.0);
    assertThat(finding("repetition", "distinct=0.2").verdict()).isEqualTo(Verdict.WITHIN);
  }

  @Test
  void roundsAreTablesToo() throws IOException {
    write(Map.of("reward", s -> s, "reward_std", s -> 1));
    for (int round : List.of(1, 2, 10)) {
      Path file = dir.resolve("rounds/" + round + "/samples.jsonl");
      Files.createDirectories(file.getParent());
      Files.writeString(
          file,
          "{\"prompt\":[{\"role\":\"user\"}],\"completion\":[],\"reward\":null}\n".repeat(round));
    }
    AuditReport report = audit();
    assertThat(report.finding("kl").verdict()).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(report.finding("kl").measured()).contains("nothing was held against a reference");
    assertThat(report.finding("critic").verdict()).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(report.finding("reward").verdict()).isEqualTo(Verdict.WITHIN);
    assertThat(report.finding("repetition").numbers().get("distinct_end"))
        .isCloseTo(0.1, within(1e-9));
  }

  @Test
  void aRunWithoutRewardsSaysWhatThereIs() throws IOException {
    write(Map.of("loss", s -> 1.0 / s, "rewards/margins", s -> s, "rewards/accuracies", s -> 0.7));
    AuditReport report = audit();
    assertThat(report.findings()).allMatch(f -> f.verdict() == Verdict.NOT_MEASURED);
    assertThat(AuditTable.of(report))
        .contains("Nothing of what an audit looks at was measured", "rewards/margins");
    report.write();
    assertThat(report.html()).content().contains("rewards/margins", "not measured: there is no");
  }

  /** Killed at step 60, gone on with from 41: the former steps 41 to 60 do not count. */
  @Test
  void stepsTakenAgainCountOnce() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int s = 1; s <= 60; s++) {
      text.append(row(s, Map.of("kl", x -> x > 40 ? 999 : 1, "reward", x -> x)));
    }
    for (int s = 41; s <= 50; s++) {
      text.append(row(s, Map.of("kl", x -> 2, "reward", x -> x)));
    }
    text.append("{\"step\":51,\"kl\":9");
    Files.writeString(dir.resolve("metrics.jsonl"), text);
    AuditReport report = audit();
    assertThat(report.to()).isEqualTo(50);
    assertThat(report.finding("kl").numbers()).containsEntry("largest", 2.0);
    assertThat(report.notes())
        .containsExactly(
            "the last line is cut off, as by a crash, and left out",
            "20 steps were taken again after a resume; the later rows of them count");
  }

  @Test
  void valuesThatAreNoNumbersAreLeftOut() throws IOException {
    Files.writeString(
        dir.resolve("metrics.jsonl"),
        "{\"step\":1,\"kl\":\"NaN\",\"reward\":\"Infinity\"}\n{\"step\":2,\"kl\":3,\"reward\":\"NaN\"}\n");
    AuditReport report = audit();
    assertThat(report.finding("kl").numbers()).containsEntry("start", 3.0);
    assertThat(report.finding("reward").measured()).contains("no value of metric reward");
    report.write();
  }

  @Test
  void whatCannotBeReadIsTold() throws IOException {
    Path file = dir.resolve("metrics.jsonl");
    assertThatThrownBy(this::audit)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("metrics.jsonl: no such file")
        .hasMessageContaining("track: [jsonl]");
    Files.writeString(file, "");
    assertThatThrownBy(this::audit)
        .hasMessageContaining("is empty: the run has logged no step yet");
    for (String damaged :
        List.of("{\"step\":2,", "[]", "{\"kl\":2}", "\u0000\u0000", "null", "5")) {
      Files.writeString(file, "{\"step\":1,\"kl\":1}\n" + damaged + "\n{\"step\":3,\"kl\":1}\n");
      assertThatThrownBy(this::audit)
          .as(damaged)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("metrics.jsonl:2: is no row of metrics");
    }
    assertThatThrownBy(() -> Audit.of(dir.resolve("x"), AuditLimits.DEFAULT))
        .hasMessageContaining("no such directory");
    write(GOOD);
    table(1, "0 a 1");
    Path table = dir.resolve("rollouts/000001.jsonl");
    Files.writeString(table, "{}\n" + Files.readString(table));
    assertThatThrownBy(this::audit).hasMessageContaining("000001.jsonl:1: is no answer");
    Files.writeString(dir.resolve("recipe.json"), "{}");
    assertThatThrownBy(this::audit).hasMessageContaining("is the directory of a recipe");
    assertThatThrownBy(() -> AuditLimits.with(List.of("kll=3")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--set kll=3: kll: unknown key; did you mean 'kl'?");
  }

  /** One step is enough for an audit, and nothing is divided by zero. */
  @Test
  void theShortestRunIsAudited() throws IOException {
    Files.writeString(dir.resolve("metrics.jsonl"), row(1, GOOD));
    AuditReport report = audit();
    report.write();
    assertThat(report.finding("reward").verdict()).isEqualTo(Verdict.WITHIN);
    assertThat(report.finding("kl").numbers()).containsEntry("growth_per_100_steps", 0.0);
    Map<String, IntToDoubleFunction> zero = new TreeMap<>(GOOD);
    zero.replaceAll((name, value) -> s -> 0);
    write(zero);
    audit().write();
    assertThat(Files.readString(dir.resolve("audit.json"))).doesNotContain("NaN\n");
  }

  @Test
  void theFilesHoldWhatWasFound() throws IOException {
    with("kl", s -> 0.3 * s);
    AuditReport report = audit();
    report.write();
    JsonNode json = new ObjectMapper().readTree(Files.readString(dir.resolve("audit.json")));
    assertThat(json.path("findings")).hasSize(10);
    JsonNode kl = json.path("findings").path(2);
    assertThat(kl.path("id").textValue()).isEqualTo("kl");
    assertThat(kl.path("verdict").textValue()).isEqualTo("notable");
    assertThat(kl.path("numbers").path("largest").doubleValue()).isCloseTo(30, within(1e-6));
    assertThat(json.path("limits").path("kl").doubleValue()).isEqualTo(10);
    assertThat(json.path("metrics").path("entropy").path("logged").intValue()).isEqualTo(STEPS);
  }
}
