package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories of every kind give the ids, texts and roles of transformers' AutoTokenizer. */
class AutoTokenizerTest {

  @Test
  void everyVariantIsReadAsAutoTokenizerReadsIt(@TempDir Path parent) throws IOException {
    Variants variants = Variants.read();
    List<String> wrong = new ArrayList<>();
    int equal = 0;
    int refused = 0;
    for (int i = 0; i < variants.all().size(); i++) {
      JsonNode variant = variants.all().path(i);
      Path directory = parent.resolve("v" + i);
      variants.write(variant, directory);
      JsonNode expected = variant.path("expected");
      try (Tokenizer tokenizer = Tokenizer.load(directory)) {
        if (expected.has("error")) {
          continue;
        }
        Optional<String> difference = difference(tokenizer, variants.texts(), expected);
        difference.ifPresent(text -> wrong.add("variant " + variant.path("files") + ": " + text));
        equal += difference.isEmpty() ? 1 : 0;
      } catch (TokenizerException e) {
        refused++;
        if (!expected.has("error")) {
          wrong.add("variant " + variant.path("files") + ": " + e.getMessage());
        }
      }
    }
    System.out.println(
        "AutoTokenizer variants equal: "
            + equal
            + " of "
            + variants.all().size()
            + ", refused: "
            + refused);
    assertThat(wrong).as(wrong.size() + " differ; the first").isEmpty();
  }

  private static Optional<String> difference(
      Tokenizer tokenizer, JsonNode texts, JsonNode expected) {
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.path(i).asText();
      int[] ids = ids(expected.path("ids").path(i));
      Map<String, Object[]> pairs = new LinkedHashMap<>();
      pairs.put("ids", new Object[] {tokenizer.encode(text, false).ids(), ids});
      pairs.put(
          "with special",
          new Object[] {
            tokenizer.encode(text, true).ids(), ids(expected.path("with_special").path(i))
          });
      pairs.put(
          "decoded",
          new Object[] {tokenizer.decode(ids, false), expected.path("decoded").path(i).asText()});
      if (expected.path("skipped").isArray()) {
        pairs.put(
            "skipped",
            new Object[] {tokenizer.decode(ids, true), expected.path("skipped").path(i).asText()});
      }
      for (Map.Entry<String, Object[]> pair : pairs.entrySet()) {
        if (!java.util.Objects.deepEquals(pair.getValue()[0], pair.getValue()[1])) {
          return Optional.of(
              pair.getKey()
                  + " of '"
                  + text
                  + "' "
                  + java.util.Arrays.deepToString(pair.getValue()));
        }
      }
    }
    return roles(tokenizer, expected);
  }

  private static Optional<String> roles(Tokenizer tokenizer, JsonNode expected) {
    Map<String, Integer> found = new LinkedHashMap<>();
    tokenizer.bosId().ifPresent(id -> found.put("bos_token", id));
    tokenizer.eosId().ifPresent(id -> found.put("eos_token", id));
    tokenizer.padId().ifPresent(id -> found.put("pad_token", id));
    Map<String, Integer> wanted = new LinkedHashMap<>();
    for (String role : List.of("bos_token", "eos_token", "pad_token")) {
      JsonNode id = expected.path("roles").path(role);
      if (id.isInt()) {
        wanted.put(role, id.asInt());
      }
    }
    if (!found.equals(wanted)) {
      return Optional.of("roles " + found + " instead of " + wanted);
    }
    int size = expected.path("vocab").asInt();
    return tokenizer.vocabSize() == size
        ? Optional.empty()
        : Optional.of("size " + tokenizer.vocabSize() + " instead of " + size);
  }

  private static int[] ids(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
