package dev.fettle.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardSinkTest {
  private static final Clock NOON =
      Clock.fixed(Instant.ofEpochMilli(1_800_000_000_250L), ZoneOffset.UTC);

  @TempDir Path dir;

  @Test
  void beginsWithTheVersionThenScalars() throws IOException {
    try (TensorBoardSink sink = TensorBoardSink.create(dir.resolve("tb"))) {
      sink.write(
          MetricsRow.at(1)
              .put("loss", 2.5)
              .put("rewards/chosen", -0.25)
              .put("num_tokens", 640L)
              .build());
      sink.write(MetricsRow.at(300).put("loss", Double.NaN).build());
      List<EventReader.Event> events = EventReader.read(sink.file());
      assertThat(events).hasSize(3);
      assertThat(events.get(0).version()).isEqualTo("brain.Event:2");
      assertThat(events.get(0).wallTime()).isGreaterThan(1.7e9);
      assertThat(events.get(1).step()).isEqualTo(1);
      assertThat(events.get(1).scalars())
          .containsExactly(
              Map.entry("loss", 2.5f),
              Map.entry("rewards/chosen", -0.25f),
              Map.entry("num_tokens", 640f));
      assertThat(events.get(2).step()).isEqualTo(300);
      assertThat(events.get(2).scalars().get("loss")).isNaN();
      assertThat(sink.file().getFileName().toString())
          .matches("events\\.out\\.tfevents\\.\\d{10}\\..+");
    }
  }

  @Test
  void aResumedRunSaysWhereItStartsOverInAFileOfItsOwn() throws IOException {
    Path first;
    try (TensorBoardSink sink = TensorBoardSink.resume(dir, 4, NOON)) {
      first = sink.file();
    }
    try (TensorBoardSink sink = TensorBoardSink.resume(dir, 50, NOON)) {
      assertThat(sink.file()).isNotEqualTo(first);
      EventReader.Event start = EventReader.read(sink.file()).get(1);
      assertThat(start.step()).isEqualTo(51);
      assertThat(start.sessionStatus()).isEqualTo(1);
      assertThat(start.wallTime()).isEqualTo(1_800_000_000.25);
    }
    assertThat(dir.toFile().list()).hasSize(2);
  }

  /** CRC-32C of "123456789" is e3069283 (RFC 3720, B.4, and every CRC catalogue). */
  @Test
  void masksTheChecksum() {
    byte[] nine = "123456789".getBytes(StandardCharsets.US_ASCII);
    int crc = 0xe3069283;
    assertThat(EventFile.maskedCrc(nine, 9)).isEqualTo(((crc >>> 15) | (crc << 17)) + 0xa282ead8);
  }

  @Test
  void aFolderThatCannotBeIsNamed() throws IOException {
    Path taken = Files.writeString(dir.resolve("tb"), "a file");
    assertThatThrownBy(() -> TensorBoardSink.create(taken))
        .isInstanceOf(MetricsException.class)
        .hasMessageContaining(taken.toString());
  }
}
