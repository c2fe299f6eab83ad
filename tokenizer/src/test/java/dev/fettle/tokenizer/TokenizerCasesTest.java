package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The inputs of shared/cases that once gave wrong ids, an internal error or no process at all. */
class TokenizerCasesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({
    "tok-decoder-only, decoder-only",
    "tok-invocab-unmarked, invocab-unmarked",
    "tok-pad-new, pad-new",
    "tok-qwen2-slow, qwen2-slow"
  })
  void idsAndTextsEqualAutoTokenizers(String name, String model) throws IOException {
    Path directory = SharedData.cases(name);
    List<String> texts = Files.readAllLines(directory.resolve("texts.jsonl"));
    List<String> expected = Files.readAllLines(directory.resolve(model).resolve("expected.jsonl"));
    assertThat(expected).hasSameSizeAs(texts);
    try (Tokenizer tokenizer = Tokenizer.load(directory.resolve(model))) {
      for (int i = 0; i < texts.size(); i++) {
        String text = JSON.readTree(texts.get(i)).asText();
        JsonNode row = JSON.readTree(expected.get(i));
        int[] ids =
            StreamSupport.stream(row.path("ids").spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
        assertThat(tokenizer.encode(text, true).ids()).as(text).isEqualTo(ids);
        assertThat(tokenizer.decode(ids, false)).isEqualTo(row.path("decoded").asText());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tok-template-missing-special | post_processor.single[0].SpecialToken.id is '<s>', which",
        "tok-fuzz-146e3622 | pre_tokenizer.pretokenizers[1] must be an object, not \"a\"",
        "tok-fuzz-bb1488ef | post_processor.cls[1] must be a whole number from 0 to"
      })
  void brokenFilesAreRefusedByKey(String name, String message) {
    Path directory = SharedData.cases(name);
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> Tokenizer.load(directory).close())
        .withMessageStartingWith(directory.resolve("tokenizer.json") + ": ")
        .withMessageContaining(message);
  }

  @Test
  void aTextWithoutItsUnknownTokenIsRefused() {
    try (Tokenizer tokenizer = Tokenizer.load(SharedData.cases("tok-fuzz-2a223668"))) {
      assertThatExceptionOfType(TokenizerException.class)
          .isThrownBy(() -> tokenizer.encode("no such word", false))
          .withMessageContaining("a text cannot be encoded")
          .withMessageContaining("Missing [UNK] token");
    }
  }

  /** The file says 5, which is another token's; AutoTokenizer gives the next free id. */
  @Test
  void anAddedTokenHasTheIdAutoTokenizerGivesIt() {
    try (Tokenizer tokenizer = Tokenizer.load(SharedData.cases("tok-added-id"))) {
      int id = tokenizer.idOf("park").orElseThrow();
      assertThat(id).isNotEqualTo(5);
      assertThat(tokenizer.encode("a park", false).ids()).contains(id);
      assertThat(tokenizer.decode(new int[] {id}, false)).contains("park");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"})
  void invalidUtf8IsRefused(String name, @TempDir Path directory) throws IOException {
    TinyModel.write(directory);
    byte[] bytes =
        Files.exists(directory.resolve(name))
            ? Files.readAllBytes(directory.resolve(name))
            : "{\"x\": \"yyy\"}".getBytes(StandardCharsets.UTF_8);
    bytes[8] = (byte) 0xFF;
    Files.write(directory.resolve(name), bytes);
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> Tokenizer.load(directory).close())
        .withMessageStartingWith(directory.resolve(name) + ": not valid UTF-8 at byte 8");
  }
}
