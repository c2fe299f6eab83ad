package dev.fettle.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fettle.reward.RewardEntry.Model;
import dev.fettle.reward.function.ExactMatch;
import dev.fettle.reward.function.LengthReward;
import dev.fettle.settings.ConfigException;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import dev.fettle.settings.SettingsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How rewards are written, and what is said of what is written wrongly. */
class RewardKeysTest {
  record Mine(List<RewardEntry> reward) {
    static final Keys<Mine> KEYS =
        Keys.of(Mine.class, RewardKeys.reward("reward", "what answers are worth"));
  }

  @TempDir private Path dir;
  private Path model = Path.of("");

  @BeforeEach
  void makeModel() throws IOException {
    model = Files.createDirectories(dir.resolve("rm"));
  }

  private List<RewardEntry> read(String yaml) throws IOException {
    Path file = Files.writeString(dir.resolve("my.yaml"), "reward: " + yaml + "\n");
    return new SettingsReader<>(Mine.KEYS).file(file, List.of(), Map.of()).reward();
  }

  private List<String> problems(String yaml) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(yaml));
    assertThat(e).as("a problem is found in " + yaml).isNotNull();
    return e.problems().stream().map(p -> p.toString().replace(dir + "/", "")).toList();
  }

  private static RewardEntry exactMatch(double weight) {
    return new RewardEntry(
        "exact-match",
        Optional.of(new ExactMatch("answer", true, false)),
        weight,
        Optional.empty());
  }

  @Test
  void oneWordIsAFunctionOrAModel() throws IOException {
    assertThat(read("exact-match")).containsExactly(exactMatch(1));
    assertThat(read("rm")).containsExactly(RewardEntry.of(model));
    assertThat(read("./rm")).containsExactly(RewardEntry.of(model));
    assertThat(read(model.toString())).containsExactly(RewardEntry.of(model));
    assertThat(read("polite")).containsExactly(RewardEntry.of("polite"));
    // A name goes before a directory that is called so too.
    Files.createDirectories(dir.resolve("exact-match"));
    assertThat(read("exact-match")).containsExactly(exactMatch(1));
    assertThat(read("./exact-match")).containsExactly(RewardEntry.of(dir.resolve("exact-match")));
  }

  @Test
  void aSectionHasOptions() throws IOException {
    assertThat(read("{ type: length, target: 40, weight: -0.5, name: short }"))
        .containsExactly(
            new RewardEntry(
                "length",
                Optional.of(
                    new LengthReward(
                        LengthReward.Unit.TOKENS, Optional.of(40.0), Optional.empty())),
                -0.5,
                Optional.of("short")));
    assertThat(read("{ model: rm, weight: 2, normalise: true }"))
        .containsExactly(
            new RewardEntry("model", Optional.of(new Model(model, true)), 2, Optional.empty()));
    assertThat(read("{ type: polite, weight: 2 }"))
        .containsExactly(new RewardEntry("polite", Optional.empty(), 2, Optional.empty()));
  }

  @Test
  void severalAreAList() throws IOException {
    assertThat(read("[exact-match, rm, { type: exact-match, weight: 3 }]"))
        .containsExactly(exactMatch(1), RewardEntry.of(model), exactMatch(3));
    assertThat(RewardKeys.read("--reward", List.of("exact-match", "[exact-match]")))
        .containsExactly(exactMatch(1), exactMatch(1));
  }

  /** What is written is read as the same. */
  @Test
  void itIsWrittenWithEverything() throws IOException {
    Mine mine =
        new Mine(
            read("[{ type: regex, pattern: 'a(b)', column: c, group: 1 }, rm, polite, number]"));
    String yaml = new SettingsWriter<>(Mine.KEYS).yaml(mine);
    Path file = Files.writeString(dir.resolve("again.yaml"), yaml);
    assertThat(new SettingsReader<>(Mine.KEYS).file(file, List.of(), Map.of())).isEqualTo(mine);
    assertThat(new SettingsReader<>(Mine.KEYS).values(Map.of("reward", mine.reward())))
        .isEqualTo(mine);
  }

  @Test
  void whatIsWrongIsSaid() {
    assertThat(problems("{ type: exact-match, colunm: x }"))
        .containsExactly("my.yaml:1: reward.colunm: unknown key; did you mean 'column'?");
    assertThat(problems("{ type: exact-match, pattern: x }"))
        .containsExactly(
            "my.yaml:1: reward.pattern: unknown key with type exact-match; it goes with type"
                + " regex");
    assertThat(problems("{ type: exact_match, column: x }"))
        .containsExactly(
            "my.yaml:1: reward.type: expected one of exact-match, number, regex, length,"
                + " sorted-letters, model, got 'exact_match'; did you mean 'exact-match'?");
    assertThat(problems("{ weight: 2 }").get(0))
        .isEqualTo(
            "my.yaml:1: reward.model: is missing; give the directory of a reward model, or the"
                + " type of a function");
    assertThat(problems("{ model: rn }").get(0))
        .isEqualTo("my.yaml:1: reward.model: no directory rn; did you mean 'rm'?");
    assertThat(problems("./rn").get(0))
        .isEqualTo("my.yaml:1: reward: no directory rn; did you mean 'rm'?");
    assertThat(problems("[]").get(0)).contains("reward", "name at least one");
    assertThat(problems("[[exact-match]]").get(0)).contains("expected a function's name");
    assertThat(problems("{ type: number, weight: x }").get(0)).contains("weight", "a number");
    assertThat(problems("{ model: rm, type: number }").get(0))
        .contains("reward.model", "with type number", "with type model");
    assertThat(problems("").get(0)).contains("reward", "is missing");
  }

  @Test
  void anOptionIsNamedAsTheUserWroteIt() {
    assertThatThrownBy(() -> RewardKeys.read("--reward", List.of("./nowhere")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("--reward ./nowhere: reward: no directory ");
    assertThatThrownBy(() -> RewardKeys.read("--reward", List.of("{ type: [")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--reward { type: [")
        .hasMessageContaining("not valid YAML");
  }

  @Test
  void aFunctionThereIsNoneOfIsAnError() {
    assertThatThrownBy(() -> Rewards.discover().function(RewardEntry.of("exact_mach")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "no reward function 'exact_mach'", "did you mean 'exact-match'?", "sorted-letters");
    assertThatThrownBy(() -> Rewards.discover().function(RewardEntry.of("polite")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("no reward function 'polite'", "there is exact-match, number");
  }

  @Test
  void anApplicationsOwnIsFoundByItsName() {
    Rewards rewards =
        Rewards.discover().with("polite", RewardFunction.ofEach(c -> c.text().length()));
    assertThat(
            rewards
                .function(RewardEntry.of("polite"))
                .score(List.of(Answer.of("{}", "thanks"), Answer.of("{}", ""))))
        .containsExactly(6, 0);
    assertThat(
            rewards
                .function(RewardEntry.of("exact-match"))
                .score(List.of(Answer.of("{\"answer\": 4}", "4"))))
        .containsExactly(1);
    assertThatThrownBy(() -> rewards.with("polite", c -> new double[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two reward functions are called polite");
    assertThatThrownBy(() -> rewards.with("model", c -> new double[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model");
  }
}
