package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.feedback.Asked;
import java.util.ArrayList;
import java.util.List;

/** The log of one row. For one thread. */
final class LogLines {
  /** Which row a line is of. */
  static final String ROW = "row";

  /** What a line is. */
  static final String KIND = "kind";

  /** The kind of a row's last line. */
  static final String OUTCOME = "outcome";

  /** Rows of preferences, in an outcome. */
  static final String PAIRS = "pairs";

  /** Rows to be fine-tuned on, in an outcome. */
  static final String COMPLETIONS = "completions";

  /** Pairs without a better answer, in an outcome. */
  static final String UNDECIDED = "undecided";

  /** What is counted, in an outcome. */
  static final String COUNTS = "counts";

  private final long row;
  private final List<ObjectNode> lines = new ArrayList<>();
  private final Counts counts = new Counts();
  private final ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
  private final ArrayNode completions = JsonNodeFactory.instance.arrayNode();
  private final ArrayNode undecided = JsonNodeFactory.instance.arrayNode();

  LogLines(long row) {
    this.row = row;
  }

  /** A line of a question; its columns are added by the caller. */
  ObjectNode add(String kind) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put(ROW, row).put(KIND, kind);
    lines.add(line);
    return line;
  }

  /** Adds how it was asked, and counts it. */
  void asked(ObjectNode line, Asked asked) {
    counts.add(asked);
    line.put("request", asked.request());
    line.put("raw", asked.raw());
    line.put("attempts", asked.unusable().size() + (asked.raw().isEmpty() ? 0 : 1));
    if (!asked.unusable().isEmpty()) {
      asked.unusable().forEach(line.putArray("unusable")::add);
    }
    if (asked.retries() > 0) {
      line.put("retries", asked.retries());
    }
    line.put("ms", asked.millis());
  }

  Counts counts() {
    return counts;
  }

  void pair(ObjectNode pair) {
    counts.add(Count.PAIRS, 1);
    pairs.add(pair);
  }

  void completion(ObjectNode completion) {
    completions.add(completion);
  }

  void undecided(ObjectNode pair) {
    undecided.add(pair);
  }

  /** All lines, the outcome last. */
  List<ObjectNode> end() {
    ObjectNode outcome = add(OUTCOME);
    counts.write(outcome.putObject(COUNTS));
    put(outcome, PAIRS, pairs);
    put(outcome, COMPLETIONS, completions);
    put(outcome, UNDECIDED, undecided);
    return lines;
  }

  private static void put(ObjectNode outcome, String name, ArrayNode rows) {
    if (!rows.isEmpty()) {
      outcome.set(name, rows);
    }
  }
}
