package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing in a tokenizer.json ends the process, is an undeclared error or takes ten seconds. {@code
 * -Dfuzz=N} tries N files, {@code -Dfettle.seed=S} others.
 */
class TokenizerFuzzTest {

  private static final int SHORT = 3000;

  @Test
  void brokenFilesAreRefusedOrWork(@TempDir Path directory) throws Exception {
    int count = Integer.getInteger("fettle.fuzz", SHORT);
    long seed = Long.getLong("fettle.seed", 1);
    List<String> faults = new ArrayList<>();
    String last = "";
    int from = 0;
    while (from < count && faults.size() < 20) {
      Path log = directory.resolve("log");
      int exit = child(directory, log, seed, from, count);
      List<String> lines = Files.readAllLines(log);
      lines.stream()
          .filter(l -> l.startsWith("undeclared") || l.startsWith("slow"))
          .forEach(faults::add);
      last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
      if (exit == 0) {
        break;
      }
      int number = Integer.parseInt(Files.readString(directory.resolve("number")));
      faults.add(
          "exit "
              + exit
              + " at "
              + number
              + ": "
              + Files.readString(directory.resolve("tokenizer.json")));
      from = number + 1;
    }
    System.out.println(
        "tokenizer.json fuzz: seed "
            + seed
            + ", "
            + count
            + " files, "
            + last
            + "; again: ./mvnw -pl tokenizer -am test -Dtest=TokenizerFuzzTest -Dfuzz="
            + count
            + " -Dfettle.seed="
            + seed);
    assertThat(faults).as("seed %d", seed).isEmpty();
    assertThat(last).startsWith("done");
  }

  private static int child(Path directory, Path log, long seed, int from, int to)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                System.getProperty("java.class.path"),
                TokenizerFuzz.class.getName(),
                directory.toString(),
                String.valueOf(seed),
                String.valueOf(from),
                String.valueOf(to))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(60 + (to - from) / 10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    return process.exitValue();
  }
}
