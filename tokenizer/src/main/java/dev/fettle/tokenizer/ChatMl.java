package dev.fettle.tokenizer;

import java.util.Map;

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

  /** The template, with generation blocks. */
  public static ChatTemplate template() {
    return ChatTemplate.parse(SOURCE, "the built-in ChatML template", Map.of());
  }
}
