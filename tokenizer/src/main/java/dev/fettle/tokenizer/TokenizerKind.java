package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The class of transformers 5 that builds a tokenizer. Those with a name of their own take no more
 * than vocabulary, merges and post-processor from a tokenizer.json and bring the rest with them.
 */
enum TokenizerKind {
  /**
   * {@code TokenizersBackend}, which is tokenizer.json as it stands; also for classes that are not
   * rebuilt here.
   */
  BACKEND,
  GPT2("bos_token=<|endoftext|>", "eos_token=<|endoftext|>", "unk_token=<|endoftext|>"),
  GPT_NEOX(
      "bos_token=<|endoftext|>",
      "eos_token=<|endoftext|>",
      "unk_token=<|endoftext|>",
      "pad_token=<|padding|>"),
  QWEN2("eos_token=<|endoftext|>", "unk_token=<|endoftext|>", "pad_token=<|endoftext|>"),
  QWEN3_5("eos_token=<|endoftext|>", "unk_token=<|endoftext|>", "pad_token=<|endoftext|>"),
  LLAMA("bos_token=<s>", "eos_token=</s>", "unk_token=<unk>"),
  CODE_LLAMA(
      "bos_token=<s>",
      "eos_token=</s>",
      "unk_token=<unk>",
      "prefix_token=\u2581<PRE>",
      "middle_token=\u2581<MID>",
      "suffix_token=\u2581<SUF>",
      "eot_token=\u2581<EOT>",
      "fill_token=<FILL_ME>"),
  GEMMA(
      "bos_token=<bos>",
      "eos_token=<eos>",
      "unk_token=<unk>",
      "pad_token=<pad>",
      "mask_token=<mask>"),
  ROBERTA(
      "bos_token=<s>",
      "eos_token=</s>",
      "unk_token=<unk>",
      "sep_token=</s>",
      "pad_token=<pad>",
      "cls_token=<s>",
      "mask_token=<mask>"),
  BERT(
      "unk_token=[UNK]",
      "sep_token=[SEP]",
      "pad_token=[PAD]",
      "cls_token=[CLS]",
      "mask_token=[MASK]");

  private static final Map<String, TokenizerKind> BY_NAME =
      Map.ofEntries(
          Map.entry("GPT2Tokenizer", GPT2),
          Map.entry("GPTNeoXTokenizer", GPT_NEOX),
          Map.entry("Qwen2Tokenizer", QWEN2),
          Map.entry("Qwen3_5Tokenizer", QWEN3_5),
          Map.entry("LlamaTokenizer", LLAMA),
          Map.entry("CodeLlamaTokenizer", CODE_LLAMA),
          Map.entry("GemmaTokenizer", GEMMA),
          Map.entry("RobertaTokenizer", ROBERTA),
          Map.entry("BertTokenizer", BERT),
          Map.entry("BloomTokenizer", BACKEND),
          Map.entry("TokenizersBackend", BACKEND),
          Map.entry("PythonBackend", BACKEND),
          Map.entry("PreTrainedTokenizer", BACKEND),
          Map.entry("PreTrainedTokenizerFast", BACKEND));

  /** The class transformers has for a model's type, where it has one. */
  private static final Map<String, String> BY_MODEL =
      Map.ofEntries(
          Map.entry("gpt2", "GPT2Tokenizer"),
          Map.entry("gpt_neo", "GPT2Tokenizer"),
          Map.entry("gptj", "GPT2Tokenizer"),
          Map.entry("opt", "GPT2Tokenizer"),
          Map.entry("phi", "GPT2Tokenizer"),
          Map.entry("starcoder2", "GPT2Tokenizer"),
          Map.entry("gpt_neox", "GPTNeoXTokenizer"),
          Map.entry("mpt", "GPTNeoXTokenizer"),
          Map.entry("olmo", "GPTNeoXTokenizer"),
          Map.entry("olmoe", "GPTNeoXTokenizer"),
          Map.entry("qwen2", "Qwen2Tokenizer"),
          Map.entry("qwen2_moe", "Qwen2Tokenizer"),
          Map.entry("qwen3", "Qwen2Tokenizer"),
          Map.entry("qwen3_moe", "Qwen2Tokenizer"),
          Map.entry("qwen3_next", "Qwen2Tokenizer"),
          Map.entry("qwen3_5", "Qwen3_5Tokenizer"),
          Map.entry("qwen3_5_text", "Qwen3_5Tokenizer"),
          Map.entry("code_llama", "CodeLlamaTokenizer"),
          Map.entry("gemma", "GemmaTokenizer"),
          Map.entry("gemma2", "GemmaTokenizer"),
          Map.entry("gemma3_text", "GemmaTokenizer"),
          Map.entry("mistral", "TokenizersBackend"),
          Map.entry("mixtral", "TokenizersBackend"),
          Map.entry("ministral", "TokenizersBackend"),
          Map.entry("granite", "TokenizersBackend"),
          Map.entry("olmo2", "TokenizersBackend"),
          Map.entry("olmo3", "TokenizersBackend"),
          Map.entry("glm", "TokenizersBackend"),
          Map.entry("glm4", "TokenizersBackend"),
          Map.entry("stablelm", "TokenizersBackend"),
          Map.entry("gpt_bigcode", "TokenizersBackend"),
          Map.entry("deepseek_v2", "TokenizersBackend"),
          Map.entry("deepseek_v3", "TokenizersBackend"),
          Map.entry("internlm2", "TokenizersBackend"),
          Map.entry("phi3", "TokenizersBackend"));

  /** Model types whose published files name a wrong class. */
  private static final Set<String> WRONGLY_NAMED = Set.of("qwen2", "qwen3_5");

  private final String defaults;

  TokenizerKind(String... defaults) {
    this.defaults = String.join("\n", defaults);
  }

  /** Named tokens the class has where no file says otherwise. */
  Map<String, String> defaults() {
    Map<String, String> map = new LinkedHashMap<>();
    for (String entry : defaults.lines().toList()) {
      int sign = entry.indexOf('=');
      map.put(entry.substring(0, sign), entry.substring(sign + 1));
    }
    return map;
  }

  /**
   * Chooses as {@code AutoTokenizer} does.
   *
   * @param config tokenizer_config.json
   * @param model config.json
   * @return none where neither file says anything
   */
  static Optional<TokenizerKind> choose(JsonNode config, JsonNode model) {
    String named = config.path("tokenizer_class").textValue();
    String type = model.path("model_type").asText("");
    String modelNamed = model.path("tokenizer_class").textValue();
    String hub = named != null ? named : modelNamed;
    String registered = BY_MODEL.get(type);
    if (hub == null) {
      TokenizerKind byType = registered == null ? BACKEND : byName(registered);
      return type.isEmpty() ? Optional.empty() : Optional.of(byType);
    }
    if (registered == null || byName(registered) == byName(hub)) {
      return Optional.of(byName(hub));
    }
    if (byName(registered) == BACKEND) {
      return Optional.of(BACKEND);
    }
    return Optional.of(byName(WRONGLY_NAMED.contains(type) ? registered : hub));
  }

  private static String plain(String name) {
    return name.endsWith("Fast") ? name.substring(0, name.length() - 4) : name;
  }

  private static TokenizerKind byName(String name) {
    TokenizerKind kind = BY_NAME.getOrDefault(name, BY_NAME.get(plain(name)));
    return kind == null ? BACKEND : kind;
  }
}
