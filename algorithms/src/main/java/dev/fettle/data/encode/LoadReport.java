package dev.fettle.data.encode;

import dev.fettle.data.read.RowOrigin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What became of the rows of a data set.
 *
 * @param rows rows read
 * @param truncated rows kept that were cut to the maximal length
 * @param tokens tokens kept
 * @param targets targets kept
 * @param dropped what was dropped, by reason
 * @param findings what else the user should know before training, one sentence each
 * @param keptBySource rows that became examples, of each source of the data set
 */
public record LoadReport(
    long rows,
    long truncated,
    long tokens,
    long targets,
    Map<DropReason, Dropped> dropped,
    List<String> findings,
    List<Long> keptBySource) {

  /** From this share on, rows dropped are worth a warning. */
  private static final double MANY_DROPPED = 0.05;

  /**
   * Rows dropped for one reason.
   *
   * @param count how many
   * @param first where the first of them is
   */
  public record Dropped(long count, RowOrigin first) {}

  /** Copies the collections. */
  public LoadReport {
    Map<DropReason, Dropped> copy = new EnumMap<>(DropReason.class);
    copy.putAll(dropped);
    dropped = Collections.unmodifiableMap(copy);
    findings = List.copyOf(findings);
    keptBySource = List.copyOf(keptBySource);
  }

  /** Rows dropped for any reason. */
  public long droppedRows() {
    return dropped.values().stream().mapToLong(Dropped::count).sum();
  }

  /** Rows that became examples. */
  public long kept() {
    return rows - droppedRows();
  }

  /** One line for the log: what was kept, and what was dropped and why. */
  public String summary() {
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%,d of %,d rows, %,d tokens, %,d targets",
                kept(),
                rows,
                tokens,
                targets));
    if (truncated > 0) {
      line.append(String.format(Locale.ROOT, ", %,d truncated", truncated));
    }
    if (!dropped.isEmpty()) {
      line.append("; dropped ").append(reasons());
    }
    return line.toString();
  }

  /** Such as {@code 3 empty (first: prefs.jsonl:17), 2 no target (first: prefs.jsonl:5)}. */
  public String reasons() {
    List<String> parts = new ArrayList<>();
    dropped.forEach(
        (reason, d) ->
            parts.add(
                String.format(Locale.ROOT, "%,d %s (first: %s)", d.count(), reason, d.first())));
    return String.join(", ", parts);
  }

  /** What the user should know before training, one sentence each: many rows dropped, findings. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    manyDropped().ifPresent(warnings::add);
    warnings.addAll(findings);
    return warnings;
  }

  /** That many rows were dropped, why, and what to do; nothing where few were. */
  public Optional<String> manyDropped() {
    if (droppedRows() == 0 || droppedRows() < MANY_DROPPED * rows) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%,d of %,d (%.0f %%) are dropped: %s; %s",
            droppedRows(),
            rows,
            100.0 * droppedRows() / rows,
            reasons(),
            advice()));
  }

  /** What to do about the reason most rows were dropped for. */
  String advice() {
    DropReason most =
        dropped.entrySet().stream()
            .max(Comparator.comparingLong(e -> e.getValue().count()))
            .map(Map.Entry::getKey)
            .orElse(DropReason.EMPTY);
    return switch (most) {
      case NO_TARGET_AFTER_TRUNCATION -> "raise data.maxLength, or set data.truncation: keep_end";
      case PROMPT_TOO_LONG ->
          "raise data.maxLength, as far as the model allows, or lower the number of new tokens";
      case PROMPT_NOT_KEPT ->
          "set algorithm.lossOn: all, or another data.chatTemplate, one that keeps the prompt as it"
              + " is";
      case EMPTY, TOO_SHORT, NO_TARGET ->
          "check which columns hold the prompt and the completion (data.columns), and"
              + " algorithm.lossOn";
    };
  }
}
