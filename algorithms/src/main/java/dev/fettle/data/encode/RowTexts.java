package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.read.DataException;
import dev.fettle.tokenizer.ChatMl;
import java.util.Optional;

/** Writes rows of text in each format as one text with its targets marked. */
final class RowTexts {

  private final LossOn lossOn;
  private final InstructionTemplate instruction;
  private final Conversations conversations;

  RowTexts(InstructionTemplate instruction, LossOn lossOn, Conversations conversations) {
    this.lossOn = lossOn;
    this.instruction = instruction;
    this.conversations = conversations;
  }

  /** The text of a row, or nothing where its prompt cannot be told from its completion. */
  Optional<RowText> write(RowFormat format, Fields fields) {
    return switch (format.name()) {
      case TextRows.TEXT_NAME -> Optional.of(text(fields));
      case TextRows.MESSAGES_NAME -> conversations.messages(fields);
      case TextRows.PAIR_NAME -> pair("prompt", "completion", fields);
      case TextRows.INPUTS_NAME -> pair("inputs", "targets", fields);
      case TextRows.INSTRUCTION_NAME -> Optional.of(instruction(fields));
      default -> throw new IllegalArgumentException("rows of " + format.name() + " have no text");
    };
  }

  private RowText text(Fields fields) {
    if (lossOn == LossOn.COMPLETION) {
      throw DataException.at(
          fields.origin(),
          "is plain text without a completion; set algorithm.lossOn: all, or map prompt and completion (data.columns)");
    }
    requirePlain(fields);
    return RowText.whole(fields.text("text"), false);
  }

  private Optional<RowText> pair(String promptColumn, String completionColumn, Fields fields) {
    JsonNode prompt = fields.required(promptColumn);
    JsonNode completion = fields.required(completionColumn);
    if (Fields.holdsMessages(prompt) || Fields.holdsMessages(completion)) {
      return conversations.promptCompletion(promptColumn, completionColumn, fields);
    }
    return Optional.of(
        joined(
            fields.text(prompt, promptColumn), fields.text(completion, completionColumn), fields));
  }

  private RowText instruction(Fields fields) {
    String prompt =
        instruction.prompt(fields.text("instruction"), fields.textOrEmpty("input", "context"));
    return joined(prompt, fields.text("output", "response"), fields);
  }

  private RowText joined(String prompt, String completion, Fields fields) {
    requirePlain(fields);
    boolean chatMl = prompt.contains(ChatMl.START);
    String end = chatMl && !completion.stripTrailing().endsWith(ChatMl.END) ? ChatMl.END : "";
    String text = prompt + completion + end;
    return lossOn == LossOn.ALL
        ? RowText.whole(text, chatMl)
        : RowText.from(prompt.length(), text, chatMl);
  }

  private void requirePlain(Fields fields) {
    if (lossOn == LossOn.ASSISTANT) {
      throw DataException.at(
          fields.origin(),
          "is plain text, not a conversation, so lossOn: assistant finds nothing; set algorithm.lossOn to completion or all");
    }
  }
}
