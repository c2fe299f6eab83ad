package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes the prompts of rows as they stand before an answer that is trained on. May be used by many
 * threads.
 */
public final class PromptTexts {
  private final EncodingOptions options;
  private final boolean asChat;
  private final Messages messages;
  private final Conversations conversations;

  /**
   * A prompt.
   *
   * @param prompt as the row holds it, or would: a text or a list of messages
   * @param text what a model reads: a conversation as the chat template writes it, with the
   *     assistant's turn begun
   * @param chat whether it is a conversation, which brings its own special tokens
   * @param answer what the row holds as the answer, a text or messages, if anything
   */
  public record Written(JsonNode prompt, String text, boolean chat, Optional<JsonNode> answer) {}

  /**
   * Writes prompts.
   *
   * @param tokenizer whose chat template is used where the options name none
   * @param asChat whether a plain text is put to the model as a user's message
   */
  public PromptTexts(Optional<Tokenizer> tokenizer, EncodingOptions options, boolean asChat) {
    this.options = options;
    this.asChat = asChat;
    this.messages = new Messages(options.roles());
    this.conversations =
        new Conversations(template(tokenizer, options), LossOn.COMPLETION, messages);
  }

  /** The chat template conversations are written with: that of the options, or the tokenizer's. */
  public static Optional<ChatTemplate> template(
      Optional<Tokenizer> tokenizer, EncodingOptions options) {
    return options
        .chatTemplate()
        .or(() -> tokenizer.filter(Tokenizer::hasChatTemplate).map(Tokenizer::chatTemplate));
  }

  /**
   * The prompt of a conversation: all before the assistant's last turn, which is the answer.
   *
   * @param row under the format's names
   * @return nothing where nobody but the assistant says anything
   */
  public Optional<Written> ofMessages(Row row) {
    Fields fields = fields(row);
    ArrayNode all = messages.conversation(fields);
    int end = all.size();
    while (end > 0 && all.get(end - 1).path("role").asText().equals("assistant")) {
      end--;
    }
    ArrayNode prompt = part(all, 0, end);
    Optional<JsonNode> answer =
        end == all.size() ? Optional.empty() : Optional.of(part(all, end, all.size()));
    return prompt.isEmpty() ? Optional.empty() : Optional.of(chat(prompt, answer, fields));
  }

  private static ArrayNode part(ArrayNode all, int from, int to) {
    ArrayNode part = all.arrayNode();
    for (int i = from; i < to; i++) {
      part.add(all.get(i));
    }
    return part;
  }

  /**
   * The prompt in a column of its own: a text or a list of messages.
   *
   * @param column that holds it
   * @param answers columns of which the first that is there holds the answer; where one is a list
   *     of messages, the prompt is a conversation
   * @param row under the format's names
   */
  public Written of(String column, List<String> answers, Row row) {
    Fields fields = fields(row);
    JsonNode prompt = fields.required(column);
    List<JsonNode> given = new ArrayList<>();
    answers.forEach(a -> fields.optional(a).ifPresent(given::add));
    Optional<JsonNode> answer = given.stream().findFirst();
    if (Fields.holdsMessages(prompt) || given.stream().anyMatch(Fields::holdsMessages)) {
      return chat(messages.listOrText(column, "user", fields), answer, fields);
    }
    return plain(fields.text(prompt, column), answer, fields);
  }

  /** The prompt of an instruction, perhaps with an input. */
  public Written ofInstruction(Row row) {
    Fields fields = fields(row);
    String prompt =
        options
            .instructionTemplate()
            .prompt(fields.text("instruction"), fields.textOrEmpty("input", "context"));
    Optional<JsonNode> answer = fields.optional("output").or(() -> fields.optional("response"));
    return plain(prompt, answer, fields);
  }

  private Written plain(String text, Optional<JsonNode> answer, Fields fields) {
    TextRowEncoder.requireCharacters(text, fields.origin());
    if (asChat) {
      ArrayNode one = fields.none();
      one.addObject().put("role", "user").put("content", text);
      return chat(one, answer, fields);
    }
    // As in training, such a text is a conversation written out.
    boolean written = text.contains(ChatMl.START);
    return new Written(TextNode.valueOf(text), text, written, answer);
  }

  private Written chat(ArrayNode prompt, Optional<JsonNode> answer, Fields fields) {
    String text = conversations.opening(prompt, fields);
    TextRowEncoder.requireCharacters(text, fields.origin());
    return new Written(prompt, text, true, answer);
  }

  private Fields fields(Row row) {
    return new Fields(row, options.columns());
  }

  /** What the user should know of the rows so far. */
  public List<String> findings() {
    return messages.findings();
  }
}
