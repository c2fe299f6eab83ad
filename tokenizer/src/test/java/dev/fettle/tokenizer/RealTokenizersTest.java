package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ten tokenizers, seven of published models and three trained with the tokenizers library, give the
 * ids of transformers' AutoTokenizer; {@code make_real.py} beside the values writes them.
 */
class RealTokenizersTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void idsEqualAutoTokenizers(int number, @TempDir Path directory) throws IOException {
    Variants values = Variants.read("real-tokenizers.json.gz");
    JsonNode one = values.root().path("tokenizers").path(number);
    if (one.has("source")) {
      for (Map.Entry<String, JsonNode> file : one.path("copy").properties()) {
        Files.copy(
            SharedData.path(one.path("source").asText() + "/" + file.getKey()),
            directory.resolve(file.getValue().asText()));
      }
      for (Map.Entry<String, JsonNode> file : one.path("files").properties()) {
        Files.writeString(
            directory.resolve(file.getKey()), JSON.writeValueAsString(file.getValue()));
      }
    } else {
      values.write(one, directory);
    }
    int texts = 0;
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      for (int i = 0; i < values.texts().size(); i++) {
        JsonNode ids = one.path("ids").path(i);
        if (ids.isNull()) {
          continue;
        }
        String text = values.texts().path(i).asText();
        assertThat(tokenizer.encode(text, true).ids()).as(text).isEqualTo(numbers(ids.path(0)));
        assertThat(tokenizer.encode(text, false).ids()).as(text).isEqualTo(numbers(ids.path(1)));
        texts++;
      }
    }
    System.out.println(one.path("name").asText() + " equal: " + texts + " texts");
    assertThat(texts).isPositive();
  }

  private static int[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
