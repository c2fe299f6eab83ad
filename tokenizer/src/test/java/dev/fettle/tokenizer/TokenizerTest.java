package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {

  @TempDir Path directory;

  @BeforeEach
  void writeModel() {
    TinyModel.write(directory);
  }

  private static List<String> covered(String text, Encoding encoding) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < encoding.length(); i++) {
      parts.add(text.substring(encoding.starts()[i], encoding.ends()[i]));
    }
    return parts;
  }

  @Test
  void offsetsAreUtf16UnitsAndKeepTheSpace() {
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      String text = "the cat";
      assertThat(covered(text, tokenizer.encode(text, false)))
          .containsExactly("the", " ", "c", "at");
      text = "\u00e9\uD83D\uDE00 the\u6f22";
      assertThat(covered(text, tokenizer.encode(text, false)))
          .containsExactly(
              "\u00e9",
              "\u00e9",
              "\uD83D\uDE00",
              "\uD83D\uDE00",
              "\uD83D\uDE00",
              "\uD83D\uDE00",
              " the",
              "\u6f22",
              "\u6f22",
              "\u6f22");
    }
  }

  @Test
  void specialTokensAreThoseDecodingLeavesOut() {
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      for (int id = 0; id < tokenizer.vocabSize(); id++) {
        assertThat(tokenizer.isSpecial(id))
            .isEqualTo(tokenizer.decode(new int[] {id}, true).isEmpty());
      }
    }
  }

  @Test
  void everyCharacterIsCovered() {
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      for (String text :
          List.of(
              "a  b \n\n c",
              " the  user ",
              "\uD83E\uDD99\uD83E\uDD99 x",
              "<|end|> a<|im_end|>\n")) {
        Encoding encoding = tokenizer.encode(text, true);
        int reached = 0;
        for (int i = 0; i < encoding.length(); i++) {
          assertThat(encoding.starts()[i]).isLessThanOrEqualTo(reached);
          reached = Math.max(reached, encoding.ends()[i]);
        }
        assertThat(reached).isEqualTo(text.length());
      }
    }
  }

  @Test
  void byteFallbackTokensShareTheirCharacter() throws IOException {
    TinyModel.writeByteFallback(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      String text = "ab \uD83D\uDE00\u00e9";
      Encoding encoding = tokenizer.encode(text, true);
      assertThat(encoding.ids()).startsWith(1).endsWith(2).hasSize(9);
      assertThat(covered(text, encoding))
          .containsExactly(
              "",
              "ab",
              " ",
              "\uD83D\uDE00",
              "\uD83D\uDE00",
              "\uD83D\uDE00",
              "\uD83D\uDE00",
              "\u00e9",
              "");
      assertThat(encoding.starts()[8]).isEqualTo(text.length());
      assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo(text);
      assertThat(tokenizer.unkId()).hasValue(0);
      assertThat(tokenizer.bosId()).isEmpty();
    }
  }

  @Test
  void neverCutsNorPads() throws IOException {
    TinyModel.writeByteFallback(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.encode("aaaaaaaa", false).length()).isEqualTo(8);
      assertThat(tokenizer.encode("", false).length()).isZero();
    }
  }

  @Test
  void readsALoneSurrogateAsTheReplacementCharacter() {
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      String text = "a\ud83d \udc00b\u0000";
      Encoding encoding = tokenizer.encode(text, false);
      assertThat(tokenizer.decode(encoding.ids(), false)).isEqualTo("a\uFFFD \uFFFDb\u0000");
      assertThat(covered(text, encoding)).startsWith("a", "\ud83d").endsWith("b", "\u0000");
    }
  }

  @Test
  void knowsItsTokens() {
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.eos()).contains(new SpecialToken("<|end|>", 0));
      assertThat(tokenizer.padId()).hasValue(0);
      assertThat(tokenizer.bosId()).isEmpty();
      assertThat(tokenizer.idOf("<|im_start|>")).hasValue(1);
      assertThat(tokenizer.tokenOf(1)).contains("<|im_start|>");
      assertThat(tokenizer.idOf("no such token")).isEmpty();
      assertThat(tokenizer.stopIds()).containsExactly(0);
      assertThat(tokenizer.decode(new int[] {0, 1, 40}, true))
          .isEqualTo(tokenizer.decode(new int[] {40}, false));
      assertThat(tokenizer.decode(new int[] {40, 100_000}, false))
          .isEqualTo(tokenizer.decode(new int[] {40}, false));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.decode(new int[] {-1}, false));
    }
  }

  @Test
  void fallsBackOnTheModelsConfiguration() throws IOException {
    Files.writeString(directory.resolve("tokenizer_config.json"), "{\"pad_token\": null}");
    Files.writeString(
        directory.resolve("config.json"),
        "{\"bos_token_id\": 1, \"eos_token_id\": 2, \"pad_token_id\": 0}");
    Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\": [2, 0]}");
    Files.writeString(
        directory.resolve("special_tokens_map.json"),
        "{\"unk_token\": {\"content\": \"<|im_end|>\"}}");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.bosId()).hasValue(1);
      assertThat(tokenizer.eosId()).hasValue(2);
      assertThat(tokenizer.stopIds()).containsExactly(2, 0);
      assertThat(tokenizer.unkId()).hasValue(2);
      assertThat(tokenizer.padId()).isEmpty();
    }
  }

  /** Its config.json says 0, the letter A: transformers' generation stops there, so this does. */
  @Test
  void aLetterMayEndGenerationButHasNoRole() {
    try (Tokenizer tokenizer = Tokenizer.load(SharedData.path("models/gpt-nano-sort"))) {
      assertThat(tokenizer.eos()).isEmpty();
      assertThat(tokenizer.stopIds()).containsExactly(0);
      assertThat(tokenizer.decode(new int[] {0, 1, 2}, true)).isEqualTo("ABC");
    }
  }

  @Test
  void manyThreadsEncodeAtOnce() {
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      List<String> texts =
          IntStream.range(0, 500).mapToObj(i -> "the user " + i + " sat \uD83D\uDE00").toList();
      List<Encoding> alone = texts.stream().map(text -> tokenizer.encode(text, false)).toList();
      List<Encoding> together =
          texts.parallelStream().map(text -> tokenizer.encode(text, false)).toList();
      assertThat(together).isEqualTo(alone);
    }
  }

  @Test
  void refusesToWorkOnceClosed() {
    Tokenizer tokenizer = Tokenizer.load(directory);
    tokenizer.close();
    tokenizer.close();
    assertThatIllegalStateException().isThrownBy(() -> tokenizer.encode("a", false));
    assertThatIllegalStateException().isThrownBy(() -> tokenizer.decode(new int[] {1}, false));
  }

  @Test
  void savesItsFilesAsTheyWere(@TempDir Path parent) throws IOException {
    Files.writeString(directory.resolve("chat_template.jinja"), "x");
    Files.writeString(directory.resolve("unrelated.txt"), "y");
    Path saved = parent.resolve("a/b");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      tokenizer.save(saved);
      for (String name :
          List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
        assertThat(saved.resolve(name)).hasSameBinaryContentAs(directory.resolve(name));
      }
      assertThat(saved.resolve("unrelated.txt")).doesNotExist();
    }
  }

  @Test
  void readsGpt2sFilesAndSavesThemForOthers(@TempDir Path gpt2, @TempDir Path saved)
      throws IOException {
    writeGpt2(gpt2, "vocab.json", "merges.txt");
    try (Tokenizer tokenizer = Tokenizer.load(gpt2);
        Tokenizer original = Tokenizer.load(directory)) {
      String text = "the cat sat \u00e9\uD83D\uDE00";
      assertThat(tokenizer.encode(text, false)).isEqualTo(original.encode(text, false));
      assertThat(tokenizer.encode("<|endoftext|>", false).ids())
          .containsExactly(tokenizer.vocabSize() - 1);
      assertThat(tokenizer.eosId()).hasValue(tokenizer.vocabSize() - 1);
      tokenizer.save(saved);
      assertThat(saved.resolve("merges.txt")).exists();
      try (Tokenizer again = Tokenizer.load(saved)) {
        assertThat(again.encode(text, true)).isEqualTo(tokenizer.encode(text, true));
        assertThat(again.eosId()).isEqualTo(tokenizer.eosId());
      }
    }
  }

  /**
   * OpenAI's own encoder knows no special tokens, so a text that spells one stays a text; decoding
   * still skips it.
   */
  @Test
  void readsOpenAisFilesAsOpenAiDid(@TempDir Path gpt2) throws IOException {
    writeGpt2(gpt2, "encoder.json", "vocab.bpe");
    try (Tokenizer tokenizer = Tokenizer.load(gpt2)) {
      int end = tokenizer.eosId().orElseThrow();
      assertThat(tokenizer.encode("<|endoftext|>", false).ids())
          .doesNotContain(end)
          .hasSizeGreaterThan(1);
      assertThat(tokenizer.decode(new int[] {end}, true)).isEmpty();
      assertThat(tokenizer.decode(new int[] {end}, false)).isEqualTo("<|endoftext|>");
    }
  }

  private void writeGpt2(Path target, String vocabName, String mergesName) throws IOException {
    TokenizerFiles files = TokenizerFiles.read(directory);
    StringBuilder merges = new StringBuilder("#version: 0.2\n");
    files
        .json("tokenizer.json")
        .path("model")
        .path("merges")
        .forEach(
            pair ->
                merges
                    .append(pair.path(0).asText())
                    .append(' ')
                    .append(pair.path(1).asText())
                    .append('\n'));
    String vocab = TokenizerFiles.write(files.json("tokenizer.json").path("model").path("vocab"));
    try (Tokenizer original = Tokenizer.load(directory)) {
      String end = ",\"<|endoftext|>\":" + original.vocabSize() + "}";
      Files.writeString(target.resolve(vocabName), vocab.substring(0, vocab.length() - 1) + end);
    }
    Files.writeString(target.resolve(mergesName), merges);
  }

  @Test
  void errorsSayWhichFileAndWhatToDo(@TempDir Path other) throws IOException {
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> Tokenizer.load(other.resolve("nowhere")))
        .withMessageContaining(
            "nowhere: no such directory; give the directory that holds tokenizer.json");
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> Tokenizer.load(other))
        .withMessageContaining(other + ": no tokenizer.json");
    Files.writeString(other.resolve("tokenizer.json"), "{\n \"model\": {,}}");
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> Tokenizer.load(other))
        .withMessageStartingWith(other.resolve("tokenizer.json") + ":2: not valid JSON: ");
    Files.writeString(other.resolve("tokenizer.json"), "[]");
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> Tokenizer.load(other))
        .withMessageContaining("has no \"model\"");
    Files.writeString(other.resolve("tokenizer.json"), "{\"model\": {\"type\": \"Nonsense\"}}");
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> Tokenizer.load(other))
        .withMessageContaining("tokenizer.json: model.type is 'Nonsense'; known are BPE, ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    Files.copy(directory.resolve("tokenizer.json"), other.resolve("vocab.json"));
    Files.delete(other.resolve("tokenizer.json"));
    Files.writeString(other.resolve("merges.txt"), "#version: 0.2\na b\nabc\n");
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> Tokenizer.load(other))
        .withMessageContaining("merges.txt:3: not two symbols with a space between them");
  }

  @Test
  void aFileInTheWayOfSavingIsReported(@TempDir Path other) throws IOException {
    Path file = Files.writeString(other.resolve("file"), "x");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThatExceptionOfType(TokenizerException.class)
          .isThrownBy(() -> tokenizer.save(file))
          .withMessageContaining("cannot be written");
    }
  }
}
