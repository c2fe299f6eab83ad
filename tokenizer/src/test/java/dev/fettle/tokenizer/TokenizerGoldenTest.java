package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ids and decoded text against llama.cpp, tiktoken (through jtokkit) and Hugging Face tokenizers.
 */
class TokenizerGoldenTest {

  private static final String VECTORS = "golden/tokenizer-vectors/";

  @ParameterizedTest
  @CsvSource({"gpt-2, tokenizers/gpt2", "mpt, tokenizers/gpt-neox-20b", "phi-3, tokenizers/phi-3"})
  void idsEqualLlamaCpp(String vectors, String directory) {
    String[] texts =
        SharedData.text(VECTORS + "llama.cpp-" + vectors + ".inp.txt")
            .split("\n__ggml_vocab_test__\n", -1);
    String[] expected =
        SharedData.text(VECTORS + "llama.cpp-" + vectors + ".out.txt").split("\n", -1);
    try (Tokenizer tokenizer = Tokenizer.load(SharedData.path(directory))) {
      for (int i = 0; i < expected.length; i++) {
        int[] ids = tokenizer.encode(texts[i], false).ids();
        assertThat(ids).as("case %d: %s", i, texts[i]).isEqualTo(numbers(expected[i]));
      }
    }
    assertThat(expected).hasSize(47);
    System.out.println("llama.cpp " + vectors + " equal: " + expected.length);
  }

  @Test
  void gpt2IdsEqualTiktoken() {
    List<List<String>> rows = csv(SharedData.text(VECTORS + "r50k_base_encodings.csv"));
    List<List<String>> cases = rows.subList(1, rows.size());
    try (Tokenizer tokenizer = Tokenizer.load(SharedData.path("tokenizers/gpt2"))) {
      for (List<String> row : cases) {
        int[] ids = tokenizer.encode(row.get(0), false).ids();
        assertThat(ids).as(row.get(0)).isEqualTo(numbers(row.get(1)));
        assertThat(tokenizer.decode(ids, false)).isEqualTo(row.get(0));
      }
    }
    assertThat(cases).hasSize(423);
    System.out.println("r50k equal: " + cases.size());
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, tokenizers/gpt2",
    "gpt-neox-20b, tokenizers/gpt-neox-20b",
    "phi-3, tokenizers/phi-3",
    "tok512, tokenizers/tok512",
    "tinystories-656k, models/TinyStories-656K"
  })
  void idsAndTextEqualHuggingFace(String vectors, String directory) {
    List<JsonNode> rows = SharedData.rows(VECTORS + "hf-" + vectors + ".jsonl");
    try (Tokenizer tokenizer = Tokenizer.load(SharedData.path(directory))) {
      for (JsonNode row : rows) {
        String text = row.path("text").asText();
        int[] ids = tokenizer.encode(text, false).ids();
        assertThat(ids).as(text).isEqualTo(numbers(row.path("ids")));
        assertThat(tokenizer.encode(text, true).ids())
            .as(text)
            .isEqualTo(numbers(row.path("ids_with_special")));
        assertThat(tokenizer.decode(ids, false)).isEqualTo(row.path("decoded").asText());
        assertThat(streamed(tokenizer, ids)).isEqualTo(row.path("decoded").asText());
      }
    }
    assertThat(rows).hasSize(173);
    System.out.println("hf-" + vectors + " equal: " + rows.size());
  }

  private static String streamed(Tokenizer tokenizer, int[] ids) {
    StreamDecoder decoder = tokenizer.streamDecoder(false);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.finish()).toString();
  }

  private static int[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.replaceAll("[^0-9]+", " ").strip().split(" "))
        .filter(word -> !word.isEmpty())
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  /** Fields with quotes, which may hold commas, quotes (doubled) and line ends. */
  private static List<List<String>> csv(String text) {
    Matcher field =
        Pattern.compile("\\G(?:\"((?:[^\"]|\"\")*)\"|([^,\n\"]*))(,|\r?\n|$)").matcher(text);
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    while (field.find() && field.start() < text.length()) {
      row.add(field.group(1) != null ? field.group(1).replace("\"\"", "\"") : field.group(2));
      if (!field.group(3).equals(",")) {
        rows.add(row);
        row = new ArrayList<>();
      }
    }
    return rows;
  }
}
