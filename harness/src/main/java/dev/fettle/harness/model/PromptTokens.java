package dev.fettle.harness.model;

import dev.fettle.sample.PromptIds;
import dev.fettle.sample.StopTokens;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Set;

/**
 * The tokens prompts are made of, and those that end what comes after them. Many threads may ask.
 *
 * @param files of the model
 */
record PromptTokens(ModelFiles files) {

  int[] of(Prompt prompt) {
    int[] ids = idsOf(prompt);
    int rows = files.model().shape().vocab();
    for (int id : ids) {
      if (id < 0 || id >= rows) {
        throw new IllegalArgumentException(
            "the prompt has token "
                + id
                + files
                    .tokenizer()
                    .flatMap(t -> t.tokenOf(id))
                    .map(t -> " ('" + t + "')")
                    .orElse("")
                + ", but the model has rows for 0 to "
                + (rows - 1)
                + " alone");
      }
    }
    return ids;
  }

  private int[] idsOf(Prompt prompt) {
    if (prompt instanceof Prompt.Ids ids) {
      return ids.ids().clone();
    }
    Tokenizer tokenizer = files.requireTokenizer();
    if (prompt instanceof Prompt.Chat chat) {
      String text = tokenizer.chatTemplate().render(chat.request()).text();
      return PromptIds.of(tokenizer, text, true);
    }
    String text = ((Prompt.Text) prompt).text();
    int[] ids = PromptIds.of(tokenizer, text, PromptIds.isChat(text));
    if (ids.length == 0) {
      throw new IllegalArgumentException(
          "the prompt is empty, and the tokenizer names no token a text begins with");
    }
    return ids;
  }

  /** The tokens that end a text: those the tokenizer's and the model's files name. */
  Set<Integer> stopIds() {
    return files
        .tokenizer()
        .map(t -> Set.copyOf(t.stopIds()))
        .orElseGet(() -> Set.copyOf(files.config().model().ids().eos()));
  }

  /** The tokens that end what is written after a text, or a turn. */
  StopTokens stops() {
    return files.tokenizer().map(StopTokens::of).orElseGet(() -> StopTokens.of(stopIds()));
  }

  /** The tokens that end what is written after some prompts. */
  Set<Integer> stopIds(List<Prompt> prompts) {
    return prompts.stream().anyMatch(PromptTokens::isChat) ? stops().chat() : stopIds();
  }

  private static boolean isChat(Prompt prompt) {
    return prompt instanceof Prompt.Chat
        || (prompt instanceof Prompt.Text t && PromptIds.isChat(t.text()));
  }
}
