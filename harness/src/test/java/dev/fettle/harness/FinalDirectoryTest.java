package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.checkpoint.CheckpointException;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.files.Directories;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.settings.ConfigException;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** {@code final/} is the model of the run's own last step, or the run is not finished. */
class FinalDirectoryTest {
  @TempDir private Path dir;
  private Tiny tiny;
  private RunConfig shorter;
  private RunConfig longer;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
    tiny.write("model/generation_config.json", "{\"max_new_tokens\": 5}");
    shorter = tiny.config("run").set("train.steps", 2).build();
    longer = tiny.config("run").set("train.steps", 4).build();
  }

  private static TrainingReport run(RunConfig config, boolean resume) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return resume ? fettle.resume() : fettle.train();
    }
  }

  private static byte[] weights(Path model) throws IOException {
    return Files.readAllBytes(model.resolve("model.safetensors"));
  }

  private Path runDirectory() {
    return dir.resolve("runs/run");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  /** The files of {@code final/} as they are written, the last of them fettle.json. */
  private static List<String> written(Path model) throws IOException {
    try (Stream<Path> all = Files.list(model)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  /**
   * All that a process killed while it replaces {@code final/} may leave: the new directory with
   * files missing or cut, and what stands between its two renames.
   */
  @TestFactory
  Stream<DynamicTest> killedWhileItIsWritten() throws IOException {
    byte[] old = weights(run(shorter, false).directory().finalModel());
    Path before = dir.resolve("before");
    copy(runDirectory().resolve("final"), before);
    byte[] right = weights(run(longer, true).directory().finalModel());
    assertThat(right).isNotEqualTo(old);
    Path after = dir.resolve("after");
    copy(runDirectory().resolve("final"), after);
    List<String> files = written(after);
    assertThat(files).contains("fettle.json", "README.md", "config.json", "generation_config.json");
    List<DynamicTest> tests = new ArrayList<>();
    for (int whole = 0; whole <= files.size(); whole++) {
      for (boolean half : whole < files.size() ? new boolean[] {false, true} : new boolean[1]) {
        int count = whole;
        tests.add(
            DynamicTest.dynamicTest(
                "killed with " + count + " files written" + (half ? ", one more half" : ""),
                () -> {
                  leave(Map.of("final", before, ".final.tmp", after));
                  cut(files, count, half);
                  assertFinishes(right);
                }));
      }
    }
    tests.add(
        DynamicTest.dynamicTest(
            "killed between the renames",
            () -> {
              leave(Map.of(".final.old", before, ".final.tmp", after));
              assertFinishes(right);
            }));
    tests.add(
        DynamicTest.dynamicTest(
            "killed before the old one was deleted",
            () -> {
              leave(Map.of(".final.old", before, "final", after));
              assertFinishes(right);
            }));
    return tests.stream();
  }

  private void leave(Map<String, Path> models) throws IOException {
    for (String name : List.of("final", ".final.old", ".final.tmp")) {
      Directories.delete(runDirectory().resolve(name));
      if (models.containsKey(name)) {
        copy(models.get(name), runDirectory().resolve(name));
      }
    }
  }

  private void cut(List<String> files, int whole, boolean half) throws IOException {
    for (int i = whole; i < files.size(); i++) {
      Path file = runDirectory().resolve(".final.tmp").resolve(files.get(i));
      if (i == whole && half) {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      } else {
        Files.delete(file);
      }
    }
  }

  private void assertFinishes(byte[] right) throws IOException {
    TrainingReport report = run(longer, true);
    assertThat(report.outcome()).isEqualTo(Outcome.FINISHED_BEFORE);
    assertThat(weights(report.directory().finalModel())).isEqualTo(right);
    assertThat(Fettle.score(report.model().orElseThrow(), Tiny.REFERENCE, tiny.rows()).rows())
        .isNotEmpty();
  }

  @Test
  void aFinalModelWithAFileMissingOrCutIsWrittenAgain() throws IOException {
    Path model = run(longer, false).directory().finalModel();
    byte[] right = weights(model);
    for (String name : written(model)) {
      if (name.equals("README.md")) {
        continue;
      }
      Files.delete(model.resolve(name));
      assertFinishes(right);
      Files.write(model.resolve(name), new byte[3]);
      assertFinishes(right);
      assertThat(Files.size(model.resolve(name))).as(name).isGreaterThan(3);
    }
  }

  @Test
  void aCardOfOnesOwnIsLeftAlone() throws IOException {
    Path model = run(longer, false).directory().finalModel();
    Files.writeString(model.resolve("README.md"), "mine");
    assertFinishes(weights(model));
    assertThat(model.resolve("README.md")).hasContent("mine");
  }

  @Test
  void theModelOfAnotherCourseOfAsManyStepsIsNotTaken() throws IOException {
    Path other =
        run(tiny.config("other").set("run.seed", 9).set("train.steps", 4).build(), false)
            .directory()
            .finalModel();
    byte[] right = weights(run(longer, false).directory().finalModel());
    assertThat(weights(other)).isNotEqualTo(right);
    leave(Map.of("final", other));
    assertFinishes(right);
  }

  @Test
  void itKnowsWhatItIs() throws IOException {
    Path model = run(longer, false).directory().finalModel();
    JsonNode record = new ObjectMapper().readTree(model.resolve("fettle.json").toFile());
    assertThat(record.path("step").asLong()).isEqualTo(4);
    assertThat(record.path("run").asText()).isEqualTo("run");
    assertThat(record.path("configSha256").asText()).hasSize(64);
  }

  @Test
  void theCardSaysWhereTheModelComesFrom() throws IOException {
    RunConfig config =
        longer.toBuilder().set("data.eval", tiny.rows()).set("model.adapter", Map.of()).build();
    Path model = run(config, false).directory().finalModel();
    assertThat(model.resolve("README.md"))
        .hasSameTextualContentAs(runDirectory().resolve("README.md"))
        .content()
        .startsWith("---\nlibrary_name: peft\npipeline_tag: text-generation\ntags:\n- fettle\n")
        .contains("An adapter for `model`", "`rows.jsonl`", "| learning rate | 0.01 |")
        .contains("| eval_loss (last) |", "| LoRA rank | 8 |", "Weights of step 4.")
        .doesNotContain(dir.toString());
  }

  @Test
  void aRefusedRunLeavesTheOthersConfiguration() throws IOException {
    Path directory = run(shorter, false).directory().path();
    byte[] before = Files.readAllBytes(directory.resolve("config.yaml"));
    try (CheckpointStore held = CheckpointStore.open(directory.resolve("checkpoints"), 3)) {
      assertThat(held.newest()).isPresent();
      assertThatThrownBy(() -> run(longer, true))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("another run is writing here");
    }
    assertThat(directory.resolve("config.yaml")).hasBinaryContent(before);
  }

  @Test
  void twoRunsThatBeginAtOnceAreOne() throws IOException {
    // The second one has seen an empty place; by the time it has loaded, the first is done.
    AtomicInteger asked = new AtomicInteger();
    byte[][] first = new byte[1][];
    RunOptions slow =
        RunOptions.quiet()
            .stoppingWhen(
                () -> {
                  if (asked.getAndIncrement() == 0) {
                    first[0] = bytes(run(longer, false).directory().finalModel());
                  }
                  return false;
                });
    try (Fettle second = Fettle.open(shorter, slow)) {
      assertThatThrownBy(second::train)
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("holds a run already");
    }
    assertThat(weights(runDirectory().resolve("final"))).isEqualTo(first[0]);
  }

  private static byte[] bytes(Path model) {
    try {
      return weights(model);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void nothingInItIsReadOnlyBecauseItsSourceWas() throws IOException {
    assumeTrue(
        Files.getFileStore(dir).supportsFileAttributeView("posix"),
        "skipped: no POSIX permissions here");
    Set<PosixFilePermission> readOnly = PosixFilePermissions.fromString("r--r--r--");
    try (Stream<Path> files = Files.list(tiny.model())) {
      for (Path file : files.toList()) {
        Files.setPosixFilePermissions(file, readOnly);
      }
    }
    TrainingReport report = run(shorter, false);
    for (Path model : List.of(report.directory().finalModel(), report.checkpoint().orElseThrow())) {
      try (Stream<Path> files = Files.list(model)) {
        assertThat(files)
            .allSatisfy(
                f ->
                    assertThat(Files.getPosixFilePermissions(f))
                        .contains(PosixFilePermission.OWNER_WRITE));
      }
    }
  }

  @Test
  void checkpointsDeletedMeanwhileAreMadeAgain() throws IOException {
    RunOptions deleting =
        RunOptions.quiet()
            .toldTo(
                new TrainingListener() {
                  @Override
                  public void onStep(StepEvent e) {
                    if (e.step() == 3) {
                      try {
                        Directories.delete(runDirectory().resolve("checkpoints"));
                      } catch (IOException x) {
                        throw new UncheckedIOException(x);
                      }
                    }
                  }
                });
    try (Fettle fettle = Fettle.open(longer, deleting)) {
      TrainingReport report = fettle.train();
      assertThat(report.outcome()).isEqualTo(Outcome.FINISHED);
      assertThat(report.checkpoint().orElseThrow()).isDirectory();
    }
  }
}
