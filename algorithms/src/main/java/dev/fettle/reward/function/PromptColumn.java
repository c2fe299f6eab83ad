package dev.fettle.reward.function;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.settings.Key;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** What a column of a prompt's row says the answer should be. */
final class PromptColumn {
  private static final String DEFAULT = "answer";

  /** What rows of prompts hold an answer under where they call it nothing else. */
  private static final String INSTEAD = "completion";

  private PromptColumn() {}

  /** The key that names it. */
  static Key<String> key(String meaning) {
    return Key.text("column", meaning + "; `completion` where there is no `answer`")
        .otherwise(DEFAULT);
  }

  /** Whether a test holds of what the column says, or of one thing it lists. */
  static boolean any(SamplePrompt prompt, String column, Predicate<String> test) {
    return texts(prompt, column).stream().anyMatch(test);
  }

  /**
   * What it says: a text, number or truth value, or a list of these, of which any will do.
   *
   * @throws DataException if the row has no such column, or something else in it
   */
  static List<String> texts(SamplePrompt prompt, String column) {
    JsonNode value = value(prompt, column);
    if (value.isMissingNode() || value.isNull()) {
      throw new DataException(
          "row "
              + (prompt.index() + 1)
              + " of the prompts has no column '"
              + column
              + "' to compare the answer with; it has "
              + String.join(", ", names(prompt))
              + "; set the reward's 'column' to the right one, or add it");
    }
    List<String> texts = new ArrayList<>();
    if (value.isArray() && !value.isEmpty()) {
      value.forEach(each -> texts.add(text(prompt, column, each)));
    } else {
      texts.add(text(prompt, column, value));
    }
    return texts;
  }

  private static JsonNode value(SamplePrompt prompt, String column) {
    boolean instead = column.equals(DEFAULT) && !prompt.row().hasNonNull(column);
    return prompt.row().path(instead ? INSTEAD : column);
  }

  private static String text(SamplePrompt prompt, String column, JsonNode value) {
    if (value.isTextual()) {
      return value.textValue();
    }
    if (value.isNumber()) {
      return value.decimalValue().toPlainString();
    }
    if (value.isBoolean()) {
      return value.asText();
    }
    throw new DataException(
        "row "
            + (prompt.index() + 1)
            + " of the prompts holds "
            + Row.kind(value)
            + " in column '"
            + column
            + "', where a text, a number or a list of them is wanted");
  }

  private static List<String> names(SamplePrompt prompt) {
    List<String> names = new ArrayList<>();
    for (Iterator<String> all = prompt.row().fieldNames(); all.hasNext(); ) {
      names.add(all.next());
    }
    return names;
  }
}
