package dev.fettle.data.encode;

import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The marks a chat template writes around turns, as {@code <|im_start|>}. A vocabulary that lacks
 * them has a dozen tokens in the place of one, and the model no sign that ends its turn.
 */
final class TemplateMarks {
  private static final Pattern MARK = Pattern.compile("<\\|[^|<>\\s'\"{}]{1,40}\\|>");

  private TemplateMarks() {}

  /** A sentence about those that are no tokens; empty where all are. */
  static Optional<String> warning(ChatTemplate template, Tokenizer tokenizer) {
    Set<String> marks = new LinkedHashSet<>();
    for (Matcher found = MARK.matcher(template.source()); found.find(); ) {
      marks.add(found.group());
    }
    List<String> broken = new ArrayList<>();
    for (String mark : marks) {
      int pieces = tokenizer.encode(mark, false).length();
      if (pieces > 1) {
        broken.add(mark + " (" + pieces + " tokens)");
      }
    }
    return broken.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the chat template's "
                + String.join(", ", broken)
                + " are not in the vocabulary and fall apart; name them in tokenizer.addTokens, or,"
                + " for ChatML, set tokenizer.chatTemplate: chatml, which adds its own");
  }
}
