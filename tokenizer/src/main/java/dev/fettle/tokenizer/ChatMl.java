package dev.fettle.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * ChatML: each turn between {@code <|im_start|>role} and {@code <|im_end|>}. For models that bring
 * no template of their own. The model is to say the content of an assistant turn and its {@code
 * <|im_end|>}.
 */
public final class ChatMl {

  /** Opens a turn. */
  public static final String START = "<|im_start|>";

  /** Ends a turn, and generation. */
  public static final String END = "<|im_end|>";

  private static final String SOURCE =
      """
      {%- for message in messages %}
          {{- '<|im_start|>' + message['role'] + '\\n' }}
          {%- if message['role'] == 'assistant' %}
              {%- generation %}
              {{- message['content'] + '<|im_end|>' }}
              {%- endgeneration %}
          {%- else %}
              {{- message['content'] + '<|im_end|>' }}
          {%- endif %}
          {{- '\\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|im_start|>assistant\\n' }}
      {%- endif %}
      """;

  private ChatMl() {}

  /**
   * What a tokenizer needs for it: both marks as tokens, the end of a turn as the end of a sequence
   * (TRL's {@code clone_chat_template} sets the same of a tokenizer that has ChatML), and the
   * template.
   */
  public static TokenizerChanges changes() {
    return new TokenizerChanges(
        List.of(TokenizerChanges.NewToken.special(START), TokenizerChanges.NewToken.special(END)),
        Optional.of(END),
        Optional.of(new TokenizerChanges.Template(SOURCE, "the built-in ChatML template")));
  }

  /** The template, with generation blocks. */
  public static ChatTemplate template() {
    return ChatTemplate.parse(SOURCE, "the built-in ChatML template", Map.of());
  }
}
