package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is finished, given more steps and killed with SIGKILL while it replaces {@code
 * final/}, at each of its files: resumed, it has the model of all its steps. What a kill can leave
 * between two files is tried one by one in FinalDirectoryTest; here the processes and the kills are
 * real.
 */
@Tag("slow")
class KillFinalTest {
  private static final long PATIENCE_SECONDS = 120;
  private static final String WEIGHTS = "final/model.safetensors";

  /** In the order in which they are written, and what comes before and after. */
  private static final List<String> PLACES =
      List.of(
          ".final.tmp",
          ".final.tmp/model.safetensors",
          ".final.tmp/config.json",
          ".final.tmp/tokenizer.json",
          ".final.tmp/tokenizer_config.json",
          ".final.tmp/README.md",
          ".final.tmp/fettle.json",
          ".final.old");

  @TempDir Path directory;

  @Test
  void theModelIsTheRightOneWhereverTheProcessWasKilled() throws IOException, InterruptedException {
    ForkedRun run = ForkedRun.in(directory);
    Path straight = run.config("straight", "reference", 4);
    finish(run.start(straight), straight);
    Path killed = run.config("killed", "reference", 2);
    finish(run.start(killed), killed);
    byte[] old = Files.readAllBytes(run.output("killed", WEIGHTS));
    byte[] right = Files.readAllBytes(run.output("straight", WEIGHTS));
    assertThat(right).isNotEqualTo(old);
    Path saved = directory.resolve("saved");
    copy(directory.resolve("out/killed"), saved);
    Path longer = run.config("killed", "reference", 4);
    List<String> left = new ArrayList<>();
    for (String place : PLACES) {
      delete(directory.resolve("out/killed"));
      copy(saved, directory.resolve("out/killed"));
      left.add(place + ": " + killWhenThereIs(run, longer, place));
      finish(run.start(longer), longer);
      assertThat(Files.readAllBytes(run.output("killed", WEIGHTS)))
          .as("killed at " + place)
          .isEqualTo(right);
    }
    System.out.println("killed at " + String.join("; ", left));
    assertThat(left).as("most kills came in time").filteredOn(l -> l.contains("true")).isNotEmpty();
  }

  private static void finish(Process process, Path config)
      throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(ForkedRun.log(config)).isZero();
  }

  /** Whether the process was killed before the new model was in its place. */
  private static boolean killWhenThereIs(ForkedRun run, Path config, String place)
      throws IOException, InterruptedException {
    Path wanted = run.output("killed", place);
    byte[] before = Files.readAllBytes(run.output("killed", "final/fettle.json"));
    Process process = run.start(config);
    // No pause: the files come within milliseconds of each other.
    while (process.isAlive() && !Files.exists(wanted)) {
      Thread.onSpinWait();
    }
    process.destroyForcibly().waitFor();
    Path record = run.output("killed", "final/fettle.json");
    return !Files.exists(record) || Arrays.equals(Files.readAllBytes(record), before);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
