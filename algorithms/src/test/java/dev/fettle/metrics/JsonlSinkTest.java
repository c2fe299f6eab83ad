package dev.fettle.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonlSinkTest {
  @TempDir Path dir;

  private Path file() {
    return dir.resolve("run/metrics.jsonl");
  }

  private static void steps(JsonlSink sink, int from, int to) {
    for (int s = from; s <= to; s++) {
      sink.write(MetricsRow.at(s).put("loss", 1.0 / s).put("num_tokens", 100L * s).build());
    }
  }

  @Test
  void writesOneObjectALineAtOnce() throws IOException {
    try (JsonlSink sink = JsonlSink.create(file())) {
      steps(sink, 1, 2);
      assertThat(Files.readAllLines(file()))
          .containsExactly(
              "{\"step\":1,\"loss\":1.0,\"num_tokens\":100}",
              "{\"step\":2,\"loss\":0.5,\"num_tokens\":200}");
    }
  }

  @Test
  void whatIsNotANumberIsAString() throws IOException {
    try (JsonlSink sink = JsonlSink.create(file())) {
      sink.write(
          MetricsRow.at(1)
              .put("a", Double.NaN)
              .put("b", Double.POSITIVE_INFINITY)
              .put("c", Double.NEGATIVE_INFINITY)
              .build());
    }
    JsonNode row = new ObjectMapper().readTree(Files.readString(file()));
    assertThat(row.get("a").textValue()).isEqualTo("NaN");
    assertThat(row.get("b").textValue()).isEqualTo("Infinity");
    assertThat(row.get("c").textValue()).isEqualTo("-Infinity");
  }

  @Test
  void resumingDropsLaterStepsAndATornLine() throws IOException {
    try (JsonlSink sink = JsonlSink.create(file())) {
      steps(sink, 1, 5);
      sink.write(MetricsRow.at(5).put("eval_loss", 9.0).build());
      steps(sink, 6, 8);
    }
    Files.writeString(file(), "{\"step\":2,\"lo", StandardOpenOption.APPEND);
    try (JsonlSink sink = JsonlSink.resume(file(), 5)) {
      steps(sink, 6, 6);
    }
    assertThat(Files.readAllLines(file()))
        .hasSize(7)
        .allSatisfy(line -> new ObjectMapper().readTree(line))
        .last()
        .asString()
        .startsWith("{\"step\":6");
    assertThat(dir.resolve("run").toFile().list()).hasSize(1);
  }

  @Test
  void resumingWithoutAFileStartsOne() {
    try (JsonlSink sink = JsonlSink.resume(file(), 5)) {
      steps(sink, 6, 6);
    }
    assertThat(file()).exists();
  }

  @Test
  void creatingEmptiesAnEarlierFile() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (JsonlSink sink = JsonlSink.create(file())) {
        steps(sink, 1, 3);
      }
    }
    assertThat(Files.readAllLines(file())).hasSize(3);
  }

  @Test
  void aFullDiskIsOneClearError() throws IOException {
    Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "skipped: no /dev/full here");
    Path link = dir.resolve("metrics.jsonl");
    try (JsonlSink sink = JsonlSink.create(link)) {
      steps(sink, 1, 1);
    }
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("/dev/full"));
    try (JsonlSink sink = JsonlSink.open(link)) {
      assertThatThrownBy(() -> steps(sink, 1, 1))
          .isInstanceOf(MetricsException.class)
          .hasMessageContaining(link.toString())
          .hasMessageContaining("No space left on device");
    }
  }

  @Test
  void aFolderThatCannotBeIsNamed() throws IOException {
    Files.writeString(dir.resolve("run"), "a file");
    assertThatThrownBy(() -> JsonlSink.create(file()))
        .isInstanceOf(MetricsException.class)
        .hasMessageContaining("metrics.jsonl");
  }
}
