package dev.fettle.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of a model directory that say how to tokenize, as bytes. They are kept so that they can
 * be written beside a fine-tuned model exactly as they were.
 */
final class TokenizerFiles {

  static final String TOKENIZER = "tokenizer.json";
  static final String CONFIG = "tokenizer_config.json";
  static final String SPECIAL_TOKENS = "special_tokens_map.json";
  static final String TEMPLATE = "chat_template.jinja";
  static final String TEMPLATE_DIRECTORY = "additional_chat_templates";

  private static final List<String> KEPT =
      List.of(
          TOKENIZER,
          CONFIG,
          SPECIAL_TOKENS,
          TEMPLATE,
          "chat_template.json",
          "added_tokens.json",
          ModelFiles.VOCAB,
          ModelFiles.MERGES,
          ModelFiles.WORDS,
          "encoder.json",
          "vocab.bpe",
          "tokenizer.model");

  /** The largest tokenizers take some 40 MB. */
  private static final long LARGEST = 512L << 20;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Path directory;
  private final Map<String, byte[]> contents;

  private TokenizerFiles(Path directory, Map<String, byte[]> contents) {
    this.directory = directory;
    this.contents = contents;
  }

  /** Reads whichever of the files are there. */
  static TokenizerFiles read(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new TokenizerException(
          directory
              + ": no such directory; give the directory that holds "
              + TOKENIZER
              + " and config.json");
    }
    Map<String, byte[]> contents = new LinkedHashMap<>();
    try {
      for (String name : KEPT) {
        Path file = directory.resolve(name);
        if (Files.isRegularFile(file)) {
          contents.put(name, readAll(file));
        }
      }
      Path more = directory.resolve(TEMPLATE_DIRECTORY);
      if (Files.isDirectory(more)) {
        try (Stream<Path> files = Files.list(more)) {
          for (Path file : files.filter(f -> f.toString().endsWith(".jinja")).sorted().toList()) {
            contents.put(TEMPLATE_DIRECTORY + "/" + file.getFileName(), Files.readAllBytes(file));
          }
        }
      }
    } catch (IOException e) {
      throw new TokenizerException(directory + ": cannot be read: " + FileErrors.reason(e), e);
    }
    return new TokenizerFiles(directory, contents);
  }

  private static byte[] readAll(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new TokenizerException(
          file + ": has more than " + (LARGEST >> 20) + " MB; fetch the file again");
    }
    return Files.readAllBytes(file);
  }

  Path directory() {
    return directory;
  }

  /** The path of a file, for messages. */
  Path path(String name) {
    return directory.resolve(name);
  }

  /** The file that makes the tokenizer, or the directory where there is not one of them. */
  String source() {
    return (has(TOKENIZER) ? path(TOKENIZER) : directory).toString();
  }

  boolean has(String name) {
    return contents.containsKey(name);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(contents.get(name)).map(bytes -> decode(path(name), bytes));
  }

  private static String decode(Path file, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(buffer).toString();
    } catch (CharacterCodingException e) {
      throw new TokenizerException(
          file + ": not valid UTF-8 at byte " + buffer.position() + "; fetch the file again", e);
    }
  }

  /** Names of the files in {@code additional_chat_templates}, with the directory. */
  List<String> additionalTemplates() {
    return contents.keySet().stream()
        .filter(name -> name.startsWith(TEMPLATE_DIRECTORY + "/"))
        .toList();
  }

  /** A SHA-256, in hexadecimal, over all files that were read and something more. */
  String fingerprint(String more) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      contents.forEach(
          (name, bytes) -> {
            digest.update((name + "\n" + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes);
          });
      return HexFormat.of().formatHex(digest.digest(more.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** A file that was read, as JSON; a missing node where there is no such file. */
  JsonNode json(String name) {
    return text(name)
        .map(text -> parse(path(name), text))
        .orElse(JsonNodeFactory.instance.missingNode());
  }

  /**
   * A file that is not the tokenizer's own (config.json), read now; a missing node where there is
   * none.
   */
  JsonNode foreignJson(String name) {
    Path file = path(name);
    if (!Files.isRegularFile(file)) {
      return JsonNodeFactory.instance.missingNode();
    }
    try {
      return parse(file, decode(file, readAll(file)));
    } catch (IOException e) {
      throw new TokenizerException(file + ": cannot be read: " + FileErrors.reason(e), e);
    }
  }

  /** A file that was read, as a JSON object; an empty one where there is no such file. */
  ObjectNode object(String name) {
    JsonNode node = json(name);
    if (node.isMissingNode()) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw fault(name, "must be a JSON object");
  }

  /** What is wrong with a file. */
  TokenizerException fault(String name, String what) {
    return new TokenizerException(path(name) + ": " + what);
  }

  private static JsonNode parse(Path file, String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      String at = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
      throw new TokenizerException(
          file
              + at
              + ": not valid JSON: "
              + FileErrors.parserFault(e.getOriginalMessage())
              + "; fetch the file again",
          e);
    }
  }

  static String write(JsonNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new TokenizerException("cannot write JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Adds or replaces a file, for {@link #save} only. */
  TokenizerFiles with(String name, String text) {
    Map<String, byte[]> more = new LinkedHashMap<>(contents);
    more.put(name, text.getBytes(StandardCharsets.UTF_8));
    return new TokenizerFiles(directory, more);
  }

  /** Leaves files out, for {@link #save} only. */
  TokenizerFiles without(List<String> names) {
    Map<String, byte[]> fewer = new LinkedHashMap<>(contents);
    names.forEach(fewer::remove);
    return new TokenizerFiles(directory, fewer);
  }

  void save(Path target) {
    try {
      for (Map.Entry<String, byte[]> file : contents.entrySet()) {
        Path path = target.resolve(file.getKey());
        Path parent = path.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        AtomicFile.write(path, file.getValue());
      }
    } catch (IOException e) {
      throw new TokenizerException(
          target + ": the tokenizer's files cannot be written: " + FileErrors.reason(e), e);
    }
  }
}
