package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fettle generate}, with a model that draws letters at random. */
class GenerateCommandTest {
  @TempDir private Path dir;
  private Path model;

  @BeforeEach
  void make() throws IOException {
    model = TinyModel.in(dir);
  }

  private Invocation generate(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "generate",
                "--model=" + model,
                "--backend=reference",
                "--prompt=one",
                "--temperature=1",
                "--seed=4",
                "--max-new-tokens=40"));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  @Test
  void aNameOnTheHubIsNotDownloaded() {
    Invocation hub = Invocation.of("generate", "--model=Qwen/Qwen2.5-0.5B", "--prompt=one");
    assertThat(hub.code()).isEqualTo(2);
    assertThat(hub.err()).contains("no such directory", "nothing is downloaded", "hf download");
    Invocation path = Invocation.of("generate", "--model=" + dir.resolve("no"), "--prompt=one");
    assertThat(path.err()).contains("no such directory").doesNotContain("downloaded");
  }

  @Test
  void theTextEndsBeforeTheStopString() {
    Invocation free = generate();
    assertThat(free.err()).isEmpty();
    Matcher letters = Pattern.compile("[!-~]{3}").matcher(free.out());
    assertThat(letters.find()).as(free.out()).isTrue();
    Invocation stopped = generate("--stop=nowhere", "--stop", letters.group(), "--stop=not here");
    assertThat(stopped.err()).isEmpty();
    assertThat(stopped.code()).isZero();
    assertThat(stopped.out())
        .isEqualTo(free.out().substring(0, letters.start()) + System.lineSeparator());
  }

  @Test
  void whatOnlyBeganLikeAStopStringIsPrintedAtTheEnd() {
    String free = generate().out();
    String end = free.stripTrailing().substring(free.stripTrailing().length() - 1);
    assertThat(generate("--stop", end + "...").out()).isEqualTo(free);
  }

  @Test
  void anEmptyStopStringIsAUsageError() {
    Invocation i = generate("--stop=x", "--stop=");
    assertThat(i.err())
        .isEqualToIgnoringNewLines(
            "fettle: --stop: a stop string is empty; give at least one character");
    assertThat(i.code()).isEqualTo(2);
    assertThat(i.out()).isEmpty();
  }

  @Test
  void programsAreDumped() {
    Path dump = dir.resolve("deep/dump");
    Invocation i = generate("--dump-graphs=" + dump);
    assertThat(i.err()).isEmpty();
    assertThat(dump.resolve("prefill_1x32_96.txt")).isNotEmptyFile();
    assertThat(dump.resolve("decode_1x96.txt")).isNotEmptyFile();
  }
}
