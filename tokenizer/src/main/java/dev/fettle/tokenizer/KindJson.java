package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What each class of transformers 5 puts around a vocabulary: the constructors of {@code
 * models/*}/tokenization_*.py}, as a tokenizer.json.
 */
final class KindJson {

  private static final String SPACE = "\u2581";

  private static final String QWEN2_SPLIT =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String QWEN3_5_SPLIT =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}|"
          + " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final JsonNode config;
  private final ObjectNode root = NODES.objectNode();
  private final ObjectNode model = NODES.objectNode();

  private KindJson(JsonNode config) {
    this.config = config;
  }

  /**
   * Builds it.
   *
   * @param parts vocabulary and merges
   * @param config tokenizer_config.json
   * @param unk the unknown token, where the class or a file names one
   */
  static ObjectNode build(TokenizerKind kind, ObjectNode parts, JsonNode config, String unk) {
    KindJson json = new KindJson(config);
    json.root.putArray("added_tokens");
    json.root.putNull("normalizer");
    json.root.putNull("post_processor");
    json.model.put("type", kind == TokenizerKind.BERT ? "WordPiece" : "BPE");
    json.model.setAll(parts);
    switch (kind) {
      case GPT2, ROBERTA -> json.byteLevel(true);
      case GPT_NEOX -> {
        json.root.set("normalizer", type("NFC"));
        json.byteLevel(true);
      }
      case QWEN2 -> json.qwen(QWEN2_SPLIT);
      case QWEN3_5 -> json.qwen(QWEN3_5_SPLIT);
      case LLAMA -> json.llama(json.legacy() ? "always" : "first", json.prefixSpace(true));
      case CODE_LLAMA -> {
        json.llama("first", true);
        json.model.put("unk_token", unk);
      }
      case GEMMA -> json.gemma(unk);
      case BERT -> json.bert(unk);
      default -> throw new IllegalStateException("no class of its own: " + kind);
    }
    json.root.set("model", json.model);
    return json.root;
  }

  private static ObjectNode type(String name) {
    return NODES.objectNode().put("type", name);
  }

  private boolean legacy() {
    return config.path("legacy").asBoolean(false);
  }

  private boolean prefixSpace(boolean fallback) {
    return config.path("add_prefix_space").asBoolean(fallback);
  }

  private ObjectNode bytes(boolean regex) {
    return type("ByteLevel")
        .put("add_prefix_space", prefixSpace(false))
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }

  private void byteLevel(boolean regex) {
    root.set("pre_tokenizer", bytes(regex));
    root.set("decoder", type("ByteLevel").put("add_prefix_space", true));
  }

  private void qwen(String pattern) {
    byteLevel(false);
    root.set("normalizer", type("NFC"));
    ObjectNode split = type("Split").put("behavior", "Isolated").put("invert", false);
    split.putObject("pattern").put("Regex", pattern);
    ObjectNode both = type("Sequence");
    both.putArray("pretokenizers").add(split).add(bytes(false));
    root.set("pre_tokenizer", both);
  }

  private ArrayNode sentencePieceDecoder() {
    model.put("fuse_unk", true);
    model.put("byte_fallback", true);
    ObjectNode decoder = type("Sequence");
    ObjectNode spaces = type("Replace").put("content", " ");
    spaces.putObject("pattern").put("String", SPACE);
    ArrayNode steps = decoder.putArray("decoders");
    steps.add(spaces).add(type("ByteFallback")).add(type("Fuse"));
    root.set("decoder", decoder);
    return steps;
  }

  private void llama(String scheme, boolean strips) {
    boolean prefix = prefixSpace(true);
    root.set(
        "pre_tokenizer",
        type("Metaspace")
            .put("replacement", SPACE)
            .put("prepend_scheme", prefix ? scheme : "never")
            .put("split", false));
    ArrayNode steps = sentencePieceDecoder();
    if (strips) {
      steps.add(type("Strip").put("content", " ").put("start", 1).put("stop", 0));
    }
  }

  private void gemma(String unk) {
    sentencePieceDecoder();
    model.put("unk_token", unk);
    ObjectNode split = type("Split").put("behavior", "MergedWithPrevious").put("invert", false);
    split.putObject("pattern").put("String", " ");
    root.set("pre_tokenizer", split);
    ObjectNode spaces = type("Replace").put("content", SPACE);
    spaces.putObject("pattern").put("String", " ");
    root.set("normalizer", spaces);
  }

  private void bert(String unk) {
    model.remove("merges");
    model.put("unk_token", unk);
    model.put("continuing_subword_prefix", "##");
    model.put("max_input_chars_per_word", 100);
    ObjectNode normalizer =
        type("BertNormalizer")
            .put("clean_text", true)
            .put("handle_chinese_chars", config.path("tokenize_chinese_chars").asBoolean(true))
            .put("lowercase", config.path("do_lower_case").asBoolean(true));
    JsonNode accents = config.path("strip_accents");
    normalizer.set("strip_accents", accents.isBoolean() ? accents : NODES.nullNode());
    root.set("normalizer", normalizer);
    root.set("pre_tokenizer", type("BertPreTokenizer"));
    root.set("decoder", type("WordPiece").put("prefix", "##").put("cleanup", true));
  }
}
