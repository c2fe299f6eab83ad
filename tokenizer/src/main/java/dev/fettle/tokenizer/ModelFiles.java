package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Vocabulary and merges: from a tokenizer.json or from the files that were before it. */
final class ModelFiles {

  static final String VOCAB = "vocab.json";
  static final String MERGES = "merges.txt";
  static final String WORDS = "vocab.txt";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ModelFiles() {}

  /**
   * What a class takes from a tokenizer.json to build a model of its own.
   *
   * @param json checked
   */
  static ObjectNode from(JsonNode json) {
    JsonNode model = json.path("model");
    ObjectNode found = NODES.objectNode();
    ObjectNode vocab = found.putObject("vocab");
    if (model.path("vocab").isArray()) {
      model.path("vocab").forEach(pair -> vocab.put(pair.path(0).asText(), vocab.size()));
    } else {
      vocab.setAll((ObjectNode) model.path("vocab"));
    }
    found.set("merges", model.path("merges").isArray() ? model.path("merges") : NODES.arrayNode());
    return found;
  }

  /** The same from vocab.json and merges.txt, or vocab.txt. */
  static ObjectNode from(TokenizerFiles files, TokenizerKind kind) {
    ObjectNode found = NODES.objectNode();
    if (kind == TokenizerKind.BERT) {
      need(files, kind, WORDS);
      ObjectNode vocab = found.putObject("vocab");
      int[] id = {0};
      files
          .text(WORDS)
          .orElse("")
          .lines()
          .forEach(line -> vocab.put(line.stripTrailing(), id[0]++));
      return found;
    }
    boolean readable =
        switch (kind) {
          case GPT2, GPT_NEOX, QWEN2, QWEN3_5, ROBERTA -> true;
          default -> false;
        };
    if (!readable) {
      throw new TokenizerException(
          files.directory()
              + ": no tokenizer.json, and its class ("
              + className(files, kind)
              + ") is not built from vocab.json and merges.txt; save it with transformers'"
              + " save_pretrained, which writes tokenizer.json"
              + (files.has("tokenizer.model") ? " from tokenizer.model" : ""));
    }
    need(files, kind, VOCAB);
    need(files, kind, MERGES);
    return read(files, VOCAB, MERGES);
  }

  private static void need(TokenizerFiles files, TokenizerKind kind, String file) {
    if (!files.has(file)) {
      throw new TokenizerException(
          files.directory()
              + ": no tokenizer.json, and no "
              + file
              + " from which a "
              + className(files, kind)
              + " is built; add the file, or save the tokenizer with transformers' save_pretrained");
    }
  }

  private static String className(TokenizerFiles files, TokenizerKind kind) {
    String named = files.object(TokenizerFiles.CONFIG).path("tokenizer_class").asText("");
    return named.isEmpty() ? kind.toString() : named;
  }

  /** Reads a vocabulary of ids and a list of merges. */
  static ObjectNode read(TokenizerFiles files, String vocabFile, String mergesFile) {
    ObjectNode found = NODES.objectNode();
    ObjectNode vocab = found.putObject("vocab");
    files
        .object(vocabFile)
        .properties()
        .forEach(
            entry -> {
              // The library passes over what is not a number, as in some vocabularies of fairseq's.
              if (entry.getValue().isNumber()) {
                vocab.set(entry.getKey(), entry.getValue());
              }
            });
    ArrayNode merges = found.putArray("merges");
    String source = files.path(mergesFile).toString();
    for (ByteLevelJson.Merge merge :
        ByteLevelJson.parseMerges(source, files.text(mergesFile).orElse(""))) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
    return found;
  }
}
