package dev.fettle.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.TreeMap;

/**
 * The files of a tokenizer that was changed: a tokenizer.json that holds all tokens, and a
 * configuration without those that older files gave. Both here and in transformers they give the
 * ids of the changed tokenizer.
 */
final class ChangedFiles {

  /** What tokenizer.json says now, or what would go before it. */
  private static final List<String> OLDER =
      List.of(
          TokenizerFiles.SPECIAL_TOKENS,
          "added_tokens.json",
          "encoder.json",
          "vocab.bpe",
          "tokenizer.model",
          ModelFiles.VOCAB,
          ModelFiles.MERGES,
          ModelFiles.WORDS);

  private static final List<String> OLDER_KEYS =
      List.of(
          "added_tokens_decoder",
          "additional_special_tokens",
          "extra_special_tokens",
          "model_specific_special_tokens",
          "add_bos_token",
          "add_eos_token",
          "chat_template");

  private ChangedFiles() {}

  static TokenizerFiles of(
      TokenizerFiles files, TokenizerChanges changes, ObjectNode json, SpecialTokens special) {
    ObjectNode config = files.object(TokenizerFiles.CONFIG).deepCopy();
    if (changes.chatTemplate().isEmpty() && config.has("chat_template")) {
      config.remove(OLDER_KEYS.subList(0, OLDER_KEYS.size() - 1));
    } else {
      config.remove(OLDER_KEYS);
    }
    // The class that takes tokenizer.json as it stands.
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    // A null says that there is none, where the class would have one.
    DeclaredTokens.ROLES.forEach(role -> config.putNull(role));
    new TreeMap<>(special.templateVariables()).forEach(config::put);
    TokenizerFiles changed =
        files
            .without(OLDER)
            .with(TokenizerFiles.TOKENIZER, TokenizerFiles.write(json))
            .with(TokenizerFiles.CONFIG, TokenizerFiles.write(config));
    return changes.chatTemplate().isEmpty()
        ? changed
        : changed
            .without(List.of("chat_template.json"))
            .with(TokenizerFiles.TEMPLATE, changes.chatTemplate().get().source());
  }
}
