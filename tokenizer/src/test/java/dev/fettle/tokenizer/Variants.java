package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Tokenizer directories of many kinds with what transformers' {@code AutoTokenizer} makes of them;
 * written by {@code make_variants.py}, which lies beside the file.
 */
final class Variants {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode root;

  private Variants(JsonNode root) {
    this.root = root;
  }

  /** The committed ones, or those of the file that {@code fettle.variants} names. */
  static Variants read() {
    String other = System.getProperty("fettle.variants", "");
    if (other.isEmpty()) {
      return read("autotokenizer-variants.json.gz");
    }
    try (InputStream file = Files.newInputStream(Path.of(other))) {
      return new Variants(parse(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A committed file of such values. */
  static Variants read(String resource) {
    try (InputStream file = Variants.class.getResourceAsStream(resource)) {
      return new Variants(parse(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(InputStream file) throws IOException {
    return JSON.readTree(new GZIPInputStream(file));
  }

  JsonNode root() {
    return root;
  }

  JsonNode texts() {
    return root.path("texts");
  }

  JsonNode all() {
    return root.path("variants");
  }

  JsonNode bases() {
    return root.path("bases");
  }

  /** Writes one variant's files. */
  void write(JsonNode variant, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, JsonNode> file : variant.path("files").properties()) {
      Files.writeString(directory.resolve(file.getKey()), content(file.getValue()));
    }
  }

  private String content(JsonNode file) throws IOException {
    if (!file.has("@base")) {
      return JSON.writeValueAsString(file);
    }
    ObjectNode base = root.path("bases").path(file.path("@base").asText()).deepCopy();
    if (file.path("part").asText().equals("vocab")) {
      return JSON.writeValueAsString(base.path("model").path("vocab"));
    }
    if (file.path("part").asText().equals("merges")) {
      StringBuilder lines = new StringBuilder("#version: 0.2\n");
      base.path("model")
          .path("merges")
          .forEach(
              pair ->
                  lines
                      .append(pair.path(0).asText())
                      .append(' ')
                      .append(pair.path(1).asText())
                      .append('\n'));
      return lines.toString();
    }
    base.setAll((ObjectNode) file.path("set"));
    return JSON.writeValueAsString(base);
  }
}
