package dev.fettle.data.encode;

import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the columns of a row mean. In the order in which a row's columns are compared with them. */
@SuppressWarnings("ImmutableEnumChecker") // its lists are made by List.of
public enum RowFormat {
  /** {@code input_ids} and perhaps {@code loss_mask}: used as they are, nothing added. */
  PRETOKENISED("pretokenised", List.of(List.of("input_ids")), List.of("loss_mask")),
  /** {@code messages}: a conversation, rendered by the chat template. */
  MESSAGES("messages", List.of(List.of("messages")), List.of("tools", "chat_template_kwargs")),
  /** {@code prompt} and {@code completion}: texts, or lists of messages. */
  PROMPT_COMPLETION(
      "prompt-completion",
      List.of(List.of("prompt"), List.of("completion")),
      List.of("tools", "chat_template_kwargs")),
  /**
   * {@code instruction}, perhaps {@code input} or {@code context}, and {@code output} or {@code
   * response}.
   */
  INSTRUCTION(
      "instruction",
      List.of(List.of("instruction"), List.of("output", "response")),
      List.of("input", "context")),
  /** {@code inputs} and {@code targets}: texts, ChatML texts, or lists of messages. */
  INPUTS_TARGETS(
      "inputs-targets",
      List.of(List.of("inputs"), List.of("targets")),
      List.of("tools", "chat_template_kwargs")),
  /** {@code text}: language modelling. */
  TEXT("text", List.of(List.of("text")), List.of());

  private final String configName;
  private final List<List<String>> required;
  private final List<String> optional;

  RowFormat(String configName, List<List<String>> required, List<String> optional) {
    this.configName = configName;
    this.required = required;
    this.optional = optional;
  }

  /** The name in a configuration. */
  public String configName() {
    return configName;
  }

  /** The names in a configuration of all formats. */
  public static List<String> configNames() {
    return Arrays.stream(values()).map(RowFormat::configName).toList();
  }

  /** Every column any format knows. */
  public static Set<String> allColumns() {
    Set<String> all = new TreeSet<>();
    for (RowFormat format : values()) {
      format.required.forEach(all::addAll);
      all.addAll(format.optional);
    }
    return all;
  }

  private boolean fits(List<String> columns) {
    return required.stream().allMatch(any -> any.stream().anyMatch(columns::contains));
  }

  private String needs() {
    List<String> parts = new ArrayList<>();
    required.forEach(any -> parts.add(String.join("|", any)));
    return configName + " (" + String.join(", ", parts) + ")";
  }

  /**
   * The format a row's columns show.
   *
   * @param first the first row, its columns already mapped
   * @throws DataException where they fit none; the message lists them
   */
  public static RowFormat detect(Row first) {
    List<String> columns = Columns.present(first);
    for (RowFormat format : values()) {
      if (format.fits(columns)) {
        return format;
      }
    }
    String have = columns.isEmpty() ? "none" : String.join(", ", columns);
    String hint =
        columns.contains("chosen") && columns.contains("rejected")
            ? "these are preference pairs, which this algorithm does not read"
            : "name them with columns: {prompt: ..., completion: ...}; formats are "
                + String.join(", ", Arrays.stream(values()).map(RowFormat::needs).toList());
    throw DataException.at(
        first.origin(), "has columns " + have + ", which fit no format; " + hint);
  }
}
