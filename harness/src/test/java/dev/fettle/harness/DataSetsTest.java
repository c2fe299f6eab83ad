package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.data.encode.Mixing;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.DataSource;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.config.Track;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several sources, shares and sets: from the configuration to what is trained and evaluated on. */
class DataSetsTest {
  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private static String lines(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            i -> "{\"prompt\": \"What is %d\", \"completion\": \" It is %d.\"}%n".formatted(i, i))
        .collect(Collectors.joining());
  }

  private static TrainingReport train(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static List<String> losses(TrainingReport report) throws IOException {
    return Files.readAllLines(report.directory().metrics()).stream()
        .filter(l -> l.contains("learning_rate"))
        .map(l -> l.substring(0, l.indexOf(",\"learning_rate\"")))
        .toList();
  }

  private static long kept(TrainingReport report, String set) {
    return Objects.requireNonNull(report.rows().get(set)).kept();
  }

  @Test
  void everyWayToWriteSourcesIsRead() throws IOException {
    Path a = tiny.write("a.jsonl", lines(0, 4));
    Path b = tiny.write("b.jsonl", lines(4, 8));
    String head =
        "run: { name: x }\nmodel: { path: %s }\ntrain: { steps: 1 }\n".formatted(tiny.model());
    Map<String, List<DataSource>> wanted =
        Map.of(
            "a.jsonl", List.of(DataSource.of(a)),
            "[a.jsonl, b.jsonl]", List.of(DataSource.of(a), DataSource.of(b)),
            "{ path: a.jsonl, limit: 3 }",
                List.of(new DataSource(a, Optional.empty(), Optional.of(3L))),
            "[{ path: a.jsonl, weight: 3 }, b.jsonl]",
                List.of(new DataSource(a, Optional.of(3.0), Optional.empty()), DataSource.of(b)));
    for (Map.Entry<String, List<DataSource>> e : wanted.entrySet()) {
      Path file = tiny.write("c.yaml", head + "data: { train: " + e.getKey() + " }\n");
      RunConfig config = ConfigReader.read(file);
      assertThat(config.data().train()).as(e.getKey()).isEqualTo(e.getValue());
      // Written down and read again, and through code, it is the same.
      assertThat(config.toBuilder().build()).isEqualTo(config);
      assertThat(config.toBuilder().set("data", config.data()).build()).isEqualTo(config);
      assertThat(config.toBuilder().set("data.train", config.data().train()).build())
          .isEqualTo(config);
    }
  }

  @Test
  void wrongSourcesAreNamed() {
    Map<String, String> wrong =
        Map.of(
            "{ train: nowhere.jsonl }", "data.train: no file",
            "{ train: [{ weight: 1 }] }", "data.train.path: is missing",
            "{ train: [{ path: rows.jsonl, weight: 0 }] }",
                "data.train.weight: is 0; it must be a number, above 0",
            "{ train: [{ path: rows.jsonl, wieght: 1 }] }", "did you mean",
            "{ train: my-org/my-data }", "nothing is downloaded",
            "{ train: rows.jsonl, eval: { path: rows.jsonl } }", "data.eval.path: cannot be a name",
            "{ train: rows.jsonl, eval: { 'a b': rows.jsonl } }", "cannot be a name",
            "{ train: rows.jsonl, eval: rows.jsonl, evalFraction: 0.1 }",
                "is given beside data.eval",
            "{ train: rows.jsonl, eval: [{ path: rows.jsonl, weight: 2 }] }",
                "data.eval: has a weight",
            "{ train: rows.jsonl, evalFraction: 1 }", "data.evalFraction: is 1");
    wrong.forEach(
        (data, message) -> {
          Path file =
              tiny.write(
                  "c.yaml",
                  "run: { name: x }\nmodel: { path: %s }\ndata: %s\n"
                      .formatted(tiny.model(), data));
          assertThatThrownBy(() -> ConfigReader.read(file))
              .as(data)
              .isInstanceOf(ConfigException.class)
              .hasMessageContaining(message);
        });
  }

  @Test
  void settingsMadeInCodeAreTaken() {
    RunConfig.Builder builder = tiny.config("code");
    assertThat(builder.set("data.eval", null).build().data().eval()).isEmpty();
    assertThat(builder.set("track", List.of(Track.JSONL)).build().track())
        .containsExactly(Track.JSONL);
    assertThat(builder.set("track", Track.JSONL).build().track()).containsExactly(Track.JSONL);
    RunConfig sets =
        builder
            .set("data.eval", Map.of("easy", tiny.rows()))
            .set("data.train", new DataSource(tiny.rows(), Optional.of(2.0), Optional.empty()))
            .set("data.mixing", Mixing.FIRST_EXHAUSTED)
            .build();
    assertThat(sets.data().eval()).containsOnlyKeys("easy");
    assertThat(sets.data().train().get(0).weight()).contains(2.0);
    assertThat(builder.set("data.eval", null).build().data().eval()).isEmpty();
  }

  @Test
  void eachSetHasItsOwnMetrics() throws IOException {
    Path easy = tiny.write("easy.jsonl", lines(0, 3));
    Path hard =
        tiny.write("hard.jsonl", "{\"prompt\": \"x\", \"completion\": \"zqzqzq\"}\n".repeat(2));
    TrainingReport report =
        train(
            tiny.config("sets")
                .set("data.eval", Map.of("easy", easy, "hard", List.of(hard, easy)))
                .set("train.evalEvery", 3)
                .build());
    assertThat(report.evaluation())
        .containsKeys("eval_easy_loss", "eval_hard_loss", "eval_easy_entropy")
        .doesNotContainKey("eval_loss");
    assertThat(report.rows()).containsOnlyKeys("train", "eval_easy", "eval_hard");
    assertThat(kept(report, "eval_hard")).isEqualTo(5);
    assertThat(Files.readAllLines(report.directory().metrics()).get(3))
        .contains("\"eval_easy_loss\":", "\"eval_hard_loss\":");
    TrainingReport one =
        train(tiny.config("one").set("data.eval", easy).set("train.evalEvery", 3).build());
    assertThat(one.evaluation().get("eval_loss"))
        .isCloseTo(Objects.requireNonNull(report.evaluation().get("eval_easy_loss")), within(1e-9));
  }

  @Test
  void aFractionIsEvaluatedOnAndNotTrainedOn() throws IOException {
    Path rows = tiny.write("many.jsonl", lines(0, 40));
    RunConfig config =
        tiny.config("part").set("data.train", rows).set("data.evalFraction", 0.25).build();
    TrainingReport report = train(config);
    assertThat(kept(report, "train")).isEqualTo(30);
    assertThat(kept(report, "eval")).isEqualTo(10);
    assertThat(report.evaluation()).containsKey("eval_loss");
    TrainingReport again = train(config.toBuilder().set("run.name", "again").build());
    assertThat(losses(again)).isEqualTo(losses(report));
    assertThat(again.evaluation()).isEqualTo(report.evaluation());
  }

  @Test
  void sharesOfSourcesAreKeptAndResumed() throws IOException {
    Path few = tiny.write("few.jsonl", lines(0, 4));
    Path many = tiny.write("many.jsonl", lines(100, 130));
    RunConfig config =
        tiny.config("mixed")
            .set(
                "data.train",
                List.of(
                    Map.of("path", few, "weight", 1),
                    Map.of("path", many, "weight", 3, "limit", 24)))
            .set("data.packing", false)
            .unset("train.steps")
            .set("train.epochs", 1)
            .build();
    TrainingReport straight = train(config);
    // 24 rows at three quarters of an epoch: 32 rows, two a step.
    assertThat(straight.steps()).isEqualTo(16);
    assertThat(kept(straight, "train")).isEqualTo(28);
    AtomicInteger asked = new AtomicInteger();
    RunConfig stopped = config.toBuilder().set("run.name", "stopped").build();
    try (Fettle fettle =
        Fettle.open(stopped, RunOptions.quiet().stoppingWhen(() -> asked.getAndIncrement() >= 5))) {
      assertThat(fettle.train().step()).isEqualTo(5);
    }
    try (Fettle fettle = Fettle.open(stopped, RunOptions.quiet())) {
      assertThat(losses(fettle.resume())).isEqualTo(losses(straight));
    }
  }

  @Test
  void directoriesAndPatternsAreRead() throws IOException {
    Files.createDirectories(dir.resolve("d"));
    tiny.write("d/b.jsonl", lines(0, 3));
    tiny.write("d/a.json", "[" + lines(3, 5).strip().replace("\n", ",") + "]");
    tiny.write("d/notes.txt", "no rows");
    TrainingReport all = train(tiny.config("all").set("data.train", dir.resolve("d")).build());
    assertThat(kept(all, "train")).isEqualTo(5);
    TrainingReport some = train(tiny.config("some").set("data.train", dir + "/d/*.jsonl").build());
    assertThat(kept(some, "train")).isEqualTo(3);
    assertThatThrownBy(() -> tiny.config("none").set("data.train", dir + "/d/*.parquet").build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("matches no file of rows");
  }

  @Test
  void aLongRowIsRefusedByTheLimitThatIsSet() {
    assertThatThrownBy(() -> train(tiny.config("long").set("data.maxRowBytes", 20).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(":1 is longer than 20 bytes");
  }
}
