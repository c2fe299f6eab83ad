package dev.fettle.example.plain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AfterTheFactTest {
  @TempDir private Path run;

  @Test
  void aRunThatWentFarIsWorthALook() throws IOException {
    Files.writeString(
        run.resolve("metrics.jsonl"),
        IntStream.rangeClosed(1, 30)
            .mapToObj("{\"step\":%1$d,\"reward\":%1$d,\"kl\":%1$d}%n"::formatted)
            .collect(Collectors.joining()));
    assertThat(AfterTheFact.worthALook(run))
        .singleElement()
        .asString()
        .startsWith("Distance from the reference: kl from 3.500 to 27.500");
    assertThat(run.resolve("audit.html")).isNotEmptyFile();
  }
}
