package dev.fettle.harness.config;

import dev.fettle.settings.ConfigException;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.TokenizerChanges;
import dev.fettle.tokenizer.TokenizerChanges.NewToken;
import dev.fettle.tokenizer.TokenizerChanges.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code tokenizer}: what the model's tokenizer is given that its files do not have. {@code
 * final/} then has it.
 *
 * @param addTokens new tokens, in order
 * @param chatTemplate {@code chatml}, with its tokens; a Jinja file; or the template itself; empty
 *     for the model's own
 */
public record TokenizerSettings(List<NewToken> addTokens, Optional<String> chatTemplate) {

  /** Nothing is changed. */
  public static final TokenizerSettings NONE = new TokenizerSettings(List.of(), Optional.empty());

  private static final Keys<NewToken> TOKEN =
      Keys.of(
          NewToken.class,
          Key.text("content", "how it is written")
              .must(t -> !t.isEmpty(), "have a character")
              .required("a token"),
          Key.flag("special", "whether decoding leaves it out, as the marks of a chat template")
              .otherwise(true));

  static final Keys<TokenizerSettings> KEYS =
      Keys.of(
              TokenizerSettings.class,
              Key.shortSection(
                      "addTokens",
                      TOKEN,
                      "content",
                      "tokens the vocabulary lacks, as in `[\"<|user|>\", {content: \"<think>\","
                          + " special: false}]`; the model is given rows for them, the mean of those"
                          + " it has")
                  .list()
                  .otherwise(List.of())
                  .also("new_special_tokens", "additional_special_tokens", "add_tokens"),
              PathKeys.wordFileOrText(
                      "chatTemplate",
                      List.of(DataSettings.CHAT_ML),
                      TokenizerSettings::isTemplate,
                      "`chatml`, whose tokens are added and end a text; a Jinja file; or the"
                          + " template itself")
                  .optional("the model's own"))
          .note("give the template itself, or a file, as tokenizer.chatTemplate", "template");

  /** Copies the list. */
  public TokenizerSettings {
    addTokens = List.copyOf(addTokens);
  }

  /** No file is named so. */
  private static boolean isTemplate(String text) {
    return text.contains("{{") || text.contains("{%");
  }

  /**
   * The same for the tokenizer.
   *
   * @throws ConfigException if the template's file cannot be read
   */
  public TokenizerChanges changes() {
    TokenizerChanges own = new TokenizerChanges(addTokens, Optional.empty(), Optional.empty());
    if (chatTemplate.isEmpty()) {
      return own;
    }
    String template = chatTemplate.get();
    if (template.equals(DataSettings.CHAT_ML)) {
      TokenizerChanges chatMl = ChatMl.changes();
      return new TokenizerChanges(
          own.after(chatMl.tokens()).tokens(), chatMl.eos(), chatMl.chatTemplate());
    }
    Template given =
        isTemplate(template)
            ? new Template(template, "tokenizer.chatTemplate")
            : new Template(text(Path.of(template)), template);
    return new TokenizerChanges(addTokens, Optional.empty(), Optional.of(given));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw ConfigException.about("tokenizer.chatTemplate", file + " cannot be read: " + e);
    }
  }
}
