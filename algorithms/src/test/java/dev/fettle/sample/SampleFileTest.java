package dev.fettle.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.StopReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of answers that is broken off anywhere, and gone on with. */
class SampleFileTest {
  private static final int SAMPLES = 2;
  private static final Origin ORIGIN =
      Origin.none().with("model", "0123456789abcdef0123456789abcdef").with("temperature", 1.0);

  @TempDir private Path dir;
  private Path file;

  @BeforeEach
  void name() {
    file = dir.resolve("samples.jsonl");
  }

  private static SamplePrompt prompt(int i) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("prompt", "Größe " + i + "?").put("completion", "own " + i).put("level", i + 0.5);
    row.put("row_completion", "").putArray("messages");
    return new SamplePrompt(2L * i, row, "Größe " + i + "?", false, new int[] {i, 7});
  }

  private static Completion answer(SamplePrompt prompt, int sample) {
    int[] ids = {3, sample, 5};
    float[] own = {-0.125f, -1.1f * (sample + 1), -1e-7f};
    StopReason reason = StopReason.values()[(prompt.ids()[0] + sample) % 3];
    return new Completion(
        prompt, sample, "answer \"" + sample + "\"\n", new Generation(ids, own, own, reason));
  }

  private static List<SamplePrompt> prompts() {
    return List.of(prompt(0), prompt(1), prompt(2), prompt(3));
  }

  private SampleFile open() {
    return open(ORIGIN, true);
  }

  private SampleFile open(Origin origin, boolean logProbs) {
    return SampleFile.open(file, origin, new SampleFile.Plan(prompts(), SAMPLES, logProbs));
  }

  private static void fill(SampleFile open) {
    for (int p = open.prompts(); p < prompts().size(); p++) {
      SamplePrompt prompt = prompts().get(p);
      open.add(List.of(answer(prompt, 0), answer(prompt, 1)));
    }
  }

  private byte[] whole() throws IOException {
    try (SampleFile open = open()) {
      fill(open);
    }
    return Files.readAllBytes(file);
  }

  @Test
  void brokenOffAtAnyByteItEndsWithTheSameBytes() throws IOException {
    byte[] whole = whole();
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < whole.length; i++) {
      if (whole[i] == '\n') {
        ends.add(i + 1);
      }
    }
    assertThat(ends).hasSize(8);
    // Every byte of two prompts' lines, and some of the others'.
    for (int at = 0; at <= whole.length; at += at <= ends.get(3) ? 1 : 13) {
      Files.write(file, Arrays.copyOf(whole, at));
      int lines = 0;
      for (int end : ends) {
        lines += end <= at ? 1 : 0;
      }
      try (SampleFile open = open()) {
        assertThat(open.prompts()).as("cut at %d", at).isEqualTo(lines / SAMPLES);
        assertThat(open.isWhole()).isEqualTo(lines == 8);
        fill(open);
      }
      assertThat(Files.readAllBytes(file)).as("cut at %d", at).isEqualTo(whole);
    }
  }

  @Test
  void linesCanBeReadAgain() throws IOException {
    whole();
    try (RowReader reader = RowReader.open(file)) {
      for (SamplePrompt prompt : prompts()) {
        for (int s = 0; s < SAMPLES; s++) {
          Row row = reader.next().orElseThrow();
          SampleColumns.Sampled read = SampleColumns.read(row);
          Completion expected = answer(prompt, s);
          assertThat(read.completion().prompt()).isEqualTo(prompt);
          assertThat(read.completion().prompt().text()).isEqualTo(prompt.text());
          assertThat(read.completion().sample()).isEqualTo(s);
          assertThat(read.completion().text()).isEqualTo(expected.text());
          assertThat(read.completion().generation().ids()).isEqualTo(expected.generation().ids());
          assertThat(read.completion().generation().logProbs())
              .isEqualTo(expected.generation().logProbs());
          assertThat(read.completion().generation().reason())
              .isEqualTo(expected.generation().reason());
          assertThat(read.logProb()).isEqualTo(expected.generation().logProb());
          // So that it is a prompt with a completion, and nothing else, to whoever trains on it.
          assertThat(row.fields().path("row_completion").asText())
              .isEqualTo("own " + prompt.ids()[0]);
          assertThat(row.fields().has("messages")).isFalse();
        }
      }
      assertThat(reader.next()).isEqualTo(Optional.empty());
    }
  }

  @Test
  void aFileOfAnotherOriginIsRefusedAndStays() throws IOException {
    byte[] whole = whole();
    Origin other =
        ORIGIN.with("model", "ffffffffffffffffffffffffffffffff").with("temperature", 0.7);
    assertThatThrownBy(() -> open(other, true))
        .isInstanceOf(DataException.class)
        .hasMessage(
            file
                + " was begun otherwise: another model, temperature 1.0 where it is 0.7 now; go on"
                + " with what it was begun with, name another file, or delete it");
    assertThatThrownBy(() -> open(ORIGIN, false))
        .hasMessageContaining("log-probabilities true where it is false now");
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
  }

  @Test
  void aFileOfUnknownOriginIsRefusedAndStays() throws IOException {
    Files.writeString(file, "{\"mine\": 1}\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessage(
            file
                + " is there already, and no samples.jsonl.origin.json beside it says what it was"
                + " made of; name another file, or delete it");
    assertThat(Files.readString(file)).isEqualTo("{\"mine\": 1}\n");
    Files.writeString(dir.resolve("samples.jsonl.origin.json"), "{");
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("samples.jsonl.origin.json cannot be read");
  }

  @Test
  void aLineThatWasChangedIsNotTakenForWhole() throws IOException {
    String whole = new String(whole(), StandardCharsets.UTF_8);
    Files.writeString(file, whole.replaceFirst("\"index\":2", "\"index\":4"));
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file + ":3 is not the line that was written there (prompt 2 should");
    Files.writeString(file, whole.replaceFirst("\\{", "["));
    assertThatThrownBy(this::open).hasMessageContaining(file + ":1 is not the line");
    Files.writeString(file, whole + whole);
    assertThatThrownBy(this::open).hasMessageContaining("there are no more prompts");
  }

  @Test
  void twoDoNotWriteAtOnce() {
    try (SampleFile first = open()) {
      fill(first);
      assertThatThrownBy(this::open)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("is being written by another process");
    }
    try (SampleFile again = open()) {
      assertThat(again.isWhole()).isTrue();
    }
  }

  @Test
  void placesThatCannotBeWrittenAreNamed() {
    file = dir.resolve("absent/samples.jsonl");
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no directory " + dir.resolve("absent"));
    file = dir;
    assertThatThrownBy(this::open).hasMessageContaining("is a directory");
  }

  @Test
  void answersToAnotherPromptAreRefused() {
    try (SampleFile open = open()) {
      assertThatThrownBy(() -> open.add(List.of(answer(prompt(1), 0), answer(prompt(1), 1))))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
