package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.data.encode.InstructionTemplate;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the prompt of a row and its answers, whatever the columns are called. */
final class RowAnswers {
  private static final String PROMPT = "prompt";
  private static final List<String> BESIDE = List.of("tools", "chat_template_kwargs");

  /** Lists of answers, by the names they often have. */
  private static final List<String> LISTS =
      List.of("answers", "candidates", "completions", "responses", "generations");

  /** Where an object of such a list has its text. */
  private static final List<String> TEXTS = List.of("completion", "content", "text", "answer");

  /** Two columns with an answer each. */
  private static final List<List<String>> TWO =
      List.of(
          List.of("chosen", "rejected"),
          List.of("human_ref_A", "human_ref_B"),
          List.of("answer_a", "answer_b"),
          List.of("response_a", "response_b"),
          List.of("completion_a", "completion_b"));

  private static final List<String> PROMPTS =
      List.of(PROMPT, "question", "query", "history", "inputs", "input");
  private static final List<String> ANSWERS =
      List.of("completion", "response", "answer", "output", "targets", "chosen");

  private RowAnswers() {}

  /** The row of this number. */
  static FeedbackRow of(Row row, Wanted wanted, long number) {
    return wanted == Wanted.ALL ? all(row, number) : one(row, number);
  }

  private static FeedbackRow all(Row row, long number) {
    for (String column : LISTS) {
      JsonNode list = row.fields().path(column);
      if (list.isArray()) {
        return several(row, number, column, (ArrayNode) list);
      }
    }
    for (List<String> two : TWO) {
      if (two.stream().allMatch(row.fields()::hasNonNull)) {
        return two(row, number, two);
      }
    }
    throw DataException.at(
        row.origin(),
        "has no answers to compare; give a list of them in column 'answers', or 'chosen' and"
            + " 'rejected', map yours under columns, or name a model under candidates");
  }

  private static FeedbackRow several(Row row, long number, String column, ArrayNode list) {
    List<String> answers = new ArrayList<>();
    for (JsonNode answer : list) {
      answers.add(text(row, column, answer));
    }
    if (answers.size() < 2) {
      throw DataException.at(
          row.origin(),
          "column '" + column + "' has " + answers.size() + " answers, and two are compared");
    }
    return row(row, number, answers);
  }

  private static FeedbackRow two(Row row, long number, List<String> columns) {
    boolean implicit =
        columns.equals(TWO.get(0)) && PROMPTS.stream().noneMatch(row.fields()::hasNonNull);
    if (implicit) {
      return implicit(row, number);
    }
    return row(row, number, columns.stream().map(c -> text(row, c, row.fields().get(c))).toList());
  }

  /** What both answers begin with is the prompt. */
  private static FeedbackRow implicit(Row row, long number) {
    Optional<JsonNode> shared = PreferenceRows.sharedPrompt(row);
    if (shared.isEmpty()) {
      throw DataException.at(row.origin(), "has two answers that do not differ; delete the row");
    }
    List<String> answers = new ArrayList<>();
    for (String column : TWO.get(0)) {
      JsonNode whole = row.fields().get(column);
      answers.add(
          shared.get().isTextual()
              ? whole.asText().substring(shared.get().asText().length())
              : text(row, column, whole.path(whole.size() - 1)));
    }
    return new FeedbackRow(number, shared.get(), answers, beside(row));
  }

  private static FeedbackRow one(Row row, long number) {
    JsonNode messages =
        row.fields().has("messages")
            ? row.fields().get("messages")
            : row.fields().path("conversations");
    if (messages.isArray() && !row.fields().hasNonNull("completion")) {
      return conversation(row, number, (ArrayNode) messages);
    }
    if (row.fields().path("instruction").isTextual()) {
      String input = row.fields().path("input").asText(row.fields().path("context").asText(""));
      String prompt =
          InstructionTemplate.alpaca().prompt(row.fields().get("instruction").asText(), input);
      return new FeedbackRow(number, TextNode.valueOf(prompt), List.of(answer(row)), beside(row));
    }
    return row(row, number, List.of(answer(row)));
  }

  private static String answer(Row row) {
    for (String column : ANSWERS) {
      if (row.fields().hasNonNull(column)) {
        return text(row, column, row.fields().get(column));
      }
    }
    throw DataException.at(
        row.origin(),
        "has no answer to revise; give it in column 'completion', map yours under columns, or name"
            + " a model under candidates");
  }

  private static FeedbackRow conversation(Row row, long number, ArrayNode messages) {
    ArrayNode prompt = JsonNodeFactory.instance.arrayNode();
    messages.forEach(m -> prompt.add(m.deepCopy()));
    JsonNode last = prompt.isEmpty() ? prompt : prompt.remove(prompt.size() - 1);
    if (prompt.isEmpty() || !last.path("role").asText().equals("assistant")) {
      throw DataException.at(
          row.origin(),
          "has no answer to revise: its messages do not end with one of the assistant's");
    }
    return new FeedbackRow(
        number, requireMessages(row, prompt), List.of(text(row, "messages", last)), beside(row));
  }

  /** A row whose prompt stands in a column of its own. */
  static FeedbackRow row(Row row, long number, List<String> answers) {
    for (String column : PROMPTS) {
      JsonNode prompt = row.fields().path(column);
      if (prompt.isTextual() && !prompt.asText().isBlank()) {
        return new FeedbackRow(number, prompt, answers, beside(row));
      }
      if (prompt.isArray() && !prompt.isEmpty()) {
        return new FeedbackRow(
            number, requireMessages(row, (ArrayNode) prompt), answers, beside(row));
      }
    }
    throw DataException.at(
        row.origin(),
        "has no prompt; give a text or a list of messages in column 'prompt', or map yours under"
            + " columns");
  }

  private static ArrayNode requireMessages(Row row, ArrayNode messages) {
    for (JsonNode message : messages) {
      if (!message.path("role").isTextual() || !message.has("content")) {
        throw DataException.at(
            row.origin(),
            "has a prompt that is no list of messages like {\"role\": \"user\", \"content\":"
                + " \"...\"}; correct the row or delete it");
      }
    }
    return messages;
  }

  /** An answer: a text, a message, a list of one, or an object with a text. */
  private static String text(Row row, String column, JsonNode answer) {
    if (answer.isTextual()) {
      return answer.asText();
    }
    if (answer.isArray() && answer.size() == 1) {
      return text(row, column, answer.get(0));
    }
    for (String name : TEXTS) {
      if (answer.path(name).isTextual()) {
        return answer.get(name).asText();
      }
    }
    throw DataException.at(
        row.origin(),
        "column '"
            + column
            + "' holds "
            + Row.kind(answer)
            + " where an answer is a text or one message; correct the row or delete it");
  }

  private static ObjectNode beside(Row row) {
    ObjectNode beside = JsonNodeFactory.instance.objectNode();
    BESIDE.stream()
        .filter(row.fields()::hasNonNull)
        .forEach(name -> beside.set(name, row.fields().get(name)));
    return beside;
  }
}
