package dev.fettle.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleLogTest {
  private static final int BATCH = 2;
  private static final int TOTAL = 5;

  @TempDir private Path dir;
  private RoundFiles files = RoundFiles.of(Path.of(""), 1);

  @BeforeEach
  void setFiles() {
    files = RoundFiles.of(dir, 1);
  }

  private static ObjectNode origin(String policy) {
    return JsonNodeFactory.instance.objectNode().put("policy", policy);
  }

  private static ObjectNode row(int i) {
    return JsonNodeFactory.instance.objectNode().put("n", i).put("text", "ä\n" + i);
  }

  /** Adds what is missing; says what was there. */
  private long fill(String policy) {
    try (SampleLog log = SampleLog.open(files, origin(policy), BATCH, TOTAL)) {
      for (int at = (int) log.found(); at < TOTAL; at += BATCH) {
        log.add(
            IntStream.range(at, Math.min(at + BATCH, TOTAL)).mapToObj(SampleLogTest::row).toList());
      }
      return log.found();
    }
  }

  /** Cut at every byte, as a kill may leave it, it ends with the same bytes. */
  @Test
  void whatAKillLeavesIsGoneOnWith() throws IOException {
    assertThat(fill("a")).isZero();
    byte[] whole = Files.readAllBytes(files.samples());
    int[] ends =
        IntStream.range(0, whole.length).filter(i -> whole[i] == '\n').map(i -> i + 1).toArray();
    assertThat(ends).hasSize(TOTAL);
    for (int cut = 0; cut <= whole.length; cut++) {
      Files.write(files.samples(), java.util.Arrays.copyOf(whole, cut));
      long expected = cut == whole.length ? TOTAL : cut >= ends[3] ? 4 : cut >= ends[1] ? 2 : 0;
      assertThat(fill("a")).as("cut at byte %d", cut).isEqualTo(expected);
      assertThat(Files.readAllBytes(files.samples())).as("cut at byte %d", cut).isEqualTo(whole);
    }
  }

  @Test
  void samplesOfAnotherPolicyAreBegunAgain() throws IOException {
    fill("a");
    Files.writeString(files.kept(), "old");
    Files.writeString(files.summary(), "old");
    assertThat(fill("a")).isEqualTo(TOTAL);
    assertThat(files.kept()).exists();
    assertThat(fill("b")).isZero();
    assertThat(files.kept()).doesNotExist();
    assertThat(files.summary()).doesNotExist();
    assertThat(Files.readString(files.origin())).contains("\"b\"");
  }

  /** Killed between the two, a new origin would stand beside old samples. */
  @Test
  void samplesWithoutTheirOriginAreBegunAgain() throws IOException {
    fill("a");
    Files.delete(files.origin());
    assertThat(fill("a")).isZero();
  }

  @Test
  void moreThanARoundHasIsCutOff() throws IOException {
    fill("a");
    byte[] whole = Files.readAllBytes(files.samples());
    Files.writeString(files.samples(), row(9) + "\n", java.nio.file.StandardOpenOption.APPEND);
    assertThat(fill("a")).isEqualTo(TOTAL);
    assertThat(Files.readAllBytes(files.samples())).isEqualTo(whole);
    assertThat(List.of(files.samples())).allMatch(Files::isRegularFile);
  }
}
