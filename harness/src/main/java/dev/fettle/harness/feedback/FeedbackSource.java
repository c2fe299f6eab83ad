package dev.fettle.harness.feedback;

import dev.fettle.data.encode.Columns;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowFiles;
import dev.fettle.feedback.Constitution;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What both jobs of feedback are told.
 *
 * @param out the directory that is written to
 * @param seed by which principles and answers are drawn
 * @param backend what computes
 * @param constitution the word {@code default}, or a file
 * @param rows files, directories or patterns of rows
 * @param columns what they call the columns
 * @param limit rows at most, the first ones
 * @param candidates whose answers are taken; empty for those in the rows
 */
public record FeedbackSource(
    Path out,
    long seed,
    BackendSettings backend,
    String constitution,
    List<Path> rows,
    Columns columns,
    Optional<Long> limit,
    Optional<CandidateSettings> candidates) {

  /** Copies the list. */
  public FeedbackSource {
    rows = List.copyOf(rows);
  }

  /** Rows that have their answers, judged by the constitution that comes with Fettle. */
  public static FeedbackSource of(Path out, Path... rows) {
    return new FeedbackSource(
        out,
        0,
        BackendSettings.DEFAULT,
        Constitution.DEFAULT,
        List.of(rows),
        Columns.asTheyAre(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same by another constitution. */
  public FeedbackSource withConstitution(Path file) {
    return new FeedbackSource(
        out, seed, backend, file.toString(), rows, columns, limit, candidates);
  }

  /** The same on another backend. */
  public FeedbackSource on(BackendSettings other) {
    return new FeedbackSource(out, seed, other, constitution, rows, columns, limit, candidates);
  }

  /**
   * Its keys.
   *
   * @param samples answers to each prompt at least, where they are sampled
   */
  static Keys<FeedbackSource> keys(int samples) {
    return Keys.of(
            FeedbackSource.class,
            Key.path("out", "the directory that is written to: `log.jsonl`, `pairs.jsonl`")
                .required("a directory to write to"),
            Key.whole("seed", Range.ANY, "by which principles and answers are drawn").otherwise(0L),
            Key.section("backend", BackendSettings.KEYS, "what computes"),
            PathKeys.wordOrFile(
                    "constitution", List.of(Constitution.DEFAULT), "the rules, in a file of YAML")
                .otherwise(Constitution.DEFAULT),
            Key.rows("rows", "rows of prompts with answers, or of prompts alone")
                .list()
                .required("a file of rows (.jsonl, .jsonl.gz, .json or .parquet)"),
            Key.texts(
                    "columns",
                    "what the files call the columns: `{prompt: question, answers: all}`")
                .as(Columns.class, Columns::new, Columns::names)
                .otherwise(Columns.asTheyAre(), "their own names"),
            Key.whole("limit", Range.atLeast(1), "rows at most, the first ones").optional("all"),
            Key.section(
                    "candidates",
                    CandidateSettings.keys(samples),
                    "a model whose answers are taken")
                .optional("the answers in the rows"))
        .rule("rows", s -> unread(s.rows).isEmpty(), s -> unread(s.rows).orElse(""));
  }

  private static Optional<String> unread(List<Path> rows) {
    try {
      files(rows);
      return Optional.empty();
    } catch (DataException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static List<Path> files(List<Path> rows) {
    return rows.stream().flatMap(r -> RowFiles.of(r).stream()).toList();
  }

  /** The files of the rows, in order. */
  List<Path> files() {
    return files(rows);
  }
}
