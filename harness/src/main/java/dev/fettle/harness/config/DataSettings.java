package dev.fettle.harness.config;

import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.InstructionTemplate;
import dev.fettle.data.encode.Mixing;
import dev.fettle.data.encode.Truncation;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.read.ReadLimits;
import dev.fettle.settings.Choices;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Section {@code data}: the rows and how they become batches.
 *
 * @param train what is trained on
 * @param eval what is evaluated on, by the name of the evaluation set; the empty one where there is
 *     one set without a name
 * @param evalFraction of the rows of {@code train} to evaluate on instead; empty for none
 * @param mixing when an epoch of weighted sources is over
 * @param format what the columns mean, a name the algorithm knows; empty where each file's first
 *     row shows it
 * @param columns what the files call the columns of the format
 * @param roles what the files call the roles of messages; others are kept
 * @param template the prompt of instruction rows; empty for Alpaca's
 * @param maxLength tokens of a row at most; empty for {@link #DEFAULT_MAX_LENGTH}, or what the
 *     model takes if less
 * @param truncation which end of a longer row is kept
 * @param packing how examples share rows
 * @param shuffle whether each epoch has its own random order
 * @param dropLast whether an epoch's last, incomplete batch is left out
 * @param chatTemplate {@code chatml}, or a Jinja file; empty for the model's own
 * @param maxRowBytes a row that is longer is an error
 */
public record DataSettings(
    List<DataSource> train,
    Map<String, List<DataSource>> eval,
    Optional<Double> evalFraction,
    Mixing mixing,
    Optional<String> format,
    Columns columns,
    Map<String, String> roles,
    Optional<InstructionTemplate> template,
    Optional<Integer> maxLength,
    Truncation truncation,
    Packing packing,
    boolean shuffle,
    boolean dropLast,
    Optional<String> chatTemplate,
    long maxRowBytes) {

  /** The length of rows where neither the configuration nor the model says less. */
  public static final int DEFAULT_MAX_LENGTH = 1024;

  /** The word for the built-in ChatML template. */
  public static final String CHAT_ML = "chatml";

  /** What a Java array holds, nearly. */
  private static final long MOST_ROW_BYTES = 2_000_000_000;

  private static final DataSettings DEFAULT = of();

  private static final Keys<InstructionTemplate> TEMPLATE =
      Keys.of(
          InstructionTemplate.class,
          Key.text(
                  "withInput",
                  "the prompt of instruction rows that have an input, with `{instruction}` and"
                      + " `{input}`")
              .must(
                  t -> t.contains("{instruction}") && t.contains("{input}"),
                  "contain {instruction} and {input}")
              .otherwise(InstructionTemplate.alpaca().withInput(), "Alpaca's"),
          Key.text("withoutInput", "the prompt of those that have none, with `{instruction}`")
              .must(t -> t.contains("{instruction}"), "contain {instruction}")
              .otherwise(InstructionTemplate.alpaca().withoutInput(), "Alpaca's"));

  static final Keys<DataSettings> KEYS =
      Keys.of(
              DataSettings.class,
              Key.shortSection(
                      "train",
                      DataSource.KEYS,
                      "path",
                      "rows: `.jsonl`, `.json` (an array), either with `.gz`, or `.parquet`; a"
                          + " directory of such, or a pattern")
                  .list()
                  .required("a file of rows (.jsonl, .jsonl.gz, .json or .parquet)")
                  .also("train_file", "datasets", "dataset_mixture"),
              Key.shortSection("eval", DataSource.KEYS, "path", "rows to evaluate on")
                  .list()
                  .named("path", "limit", "weight")
                  .otherwise(DEFAULT.eval())
                  .also("validation_file", "test_datasets", "eval_dataset"),
              Key.number(
                      "evalFraction",
                      Range.above(0).below(1),
                      "of the rows of `train`, drawn by `run.seed`, to evaluate on and not to train"
                          + " on")
                  .optional()
                  .also("val_set_size", "validation_split_percentage", "test_size", "val_size"),
              Key.choice(
                      "mixing",
                      Mixing.class,
                      "when an epoch of weighted sources is over: `all_exhausted`: when each row was"
                          + " there, small sources being repeated; `first_exhausted`: when one source"
                          + " has no more")
                  .otherwise(DEFAULT.mixing())
                  .also("stopping_strategy", "mix_strategy"),
              Key.text(
                      "format",
                      "what the columns mean: `text`, `messages`, `prompt-completion`,"
                          + " `instruction`, `inputs-targets`, `pretokenised`, or what else the"
                          + " algorithm reads")
                  .optional("found from each file's first row"),
              Key.texts(
                      "columns",
                      "what the files call the columns of the format:"
                          + " `{prompt: question, completion: answer}`")
                  .as(Columns.class, Columns::new, Columns::names)
                  .otherwise(DEFAULT.columns(), "their own names"),
              Key.texts(
                      "roles",
                      "what the files call the roles of messages, theirs first: `{human: user, gpt:"
                          + " assistant}`")
                  .otherwise(DEFAULT.roles(), "their own names"),
              Key.section("template", TEMPLATE, "the prompt of instruction rows")
                  .optional("Alpaca's"),
              Key.size("maxLength", Range.atLeast(2), "tokens of a row at most")
                  .optional(DEFAULT_MAX_LENGTH + ", or what the model takes if less")
                  .also(
                      "max_length",
                      "max_seq_length",
                      "cutoff_len",
                      "sequence_len",
                      "model_max_length"),
              Key.choice("truncation", Truncation.class, "which end of a longer row is kept")
                  .otherwise(DEFAULT.truncation())
                  .also("truncation_mode", "truncation_side"),
              Key.choice(
                      "packing",
                      Choices.of(Packing.class).or("true", Packing.BFD).or("false", Packing.NONE),
                      "how examples share rows. `bfd` (`true`): best fit, none split; `bfd_split`:"
                          + " longer ones in pieces; `wrapped`: end to end, as for pretraining;"
                          + " `none` (`false`): one a row, padded")
                  .otherwise(DEFAULT.packing())
                  .also("packing", "packing_strategy", "sample_packing", "eval_packing"),
              Key.flag("shuffle", "whether each epoch has its own random order; else file order")
                  .otherwise(DEFAULT.shuffle())
                  .also("shuffle_dataset"),
              Key.flag("dropLast", "whether an epoch's last, incomplete batch is left out")
                  .otherwise(DEFAULT.dropLast())
                  .also("dataloader_drop_last"),
              PathKeys.wordOrFile(
                      "chatTemplate",
                      List.of(CHAT_ML),
                      "the Jinja template for rows of messages; goes into `final/`")
                  .optional("the model's own")
                  .also("chat_template", "chat_template_path"),
              Key.whole(
                      "maxRowBytes",
                      Range.atLeast(1).atMost(MOST_ROW_BYTES),
                      "a row of the files that is longer is an error, told while it is read")
                  .otherwise(DEFAULT.maxRowBytes()))
          .rule(
              "evalFraction",
              d -> d.evalFraction().isEmpty() || d.eval().isEmpty(),
              d -> "is given beside data.eval; keep one")
          .rule(
              "eval",
              d -> all(d.eval()).stream().allMatch(s -> s.weight().isEmpty()),
              d -> "has a weight; rows to evaluate on are each there once")
          .note("nothing is downloaded; give the files of the rows as data.train", "dataset_name")
          .note("write data.columns: {text: NAME}", "dataset_text_field")
          .note("columns no format has are ignored; leave it out", "remove_unused_columns")
          .note("data.packing lays several examples in a row, each by itself", "padding_free");

  private static List<DataSource> all(Map<String, List<DataSource>> sets) {
    return sets.values().stream().flatMap(List::stream).toList();
  }

  /** Copies the collections. */
  public DataSettings {
    train = List.copyOf(train);
    eval = Collections.unmodifiableMap(new LinkedHashMap<>(eval));
    roles = Collections.unmodifiableMap(new LinkedHashMap<>(roles));
  }

  /** Whether there is anything to evaluate on. */
  public boolean evaluates() {
    return !eval.isEmpty() || evalFraction.isPresent();
  }

  /** The defaults for some files. */
  public static DataSettings of(Path... train) {
    return new DataSettings(
        Stream.of(train).map(DataSource::of).toList(),
        Map.of(),
        Optional.empty(),
        Mixing.ALL_EXHAUSTED,
        Optional.empty(),
        Columns.asTheyAre(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Truncation.KEEP_START,
        Packing.BFD,
        true,
        false,
        Optional.empty(),
        ReadLimits.DEFAULT.rowBytes());
  }

  /** The same with another length of rows; empty for the default. */
  public DataSettings withMaxLength(Optional<Integer> other) {
    return new DataSettings(
        train,
        eval,
        evalFraction,
        mixing,
        format,
        columns,
        roles,
        template,
        other,
        truncation,
        packing,
        shuffle,
        dropLast,
        chatTemplate,
        maxRowBytes);
  }

  /** The same where the files call the columns otherwise. */
  public DataSettings withColumns(Columns other) {
    return new DataSettings(
        train,
        eval,
        evalFraction,
        mixing,
        format,
        other,
        roles,
        template,
        maxLength,
        truncation,
        packing,
        shuffle,
        dropLast,
        chatTemplate,
        maxRowBytes);
  }

  /** The same of other rows to train on. */
  public DataSettings withTrain(List<DataSource> others) {
    return new DataSettings(
        others,
        eval,
        evalFraction,
        mixing,
        format,
        columns,
        roles,
        template,
        maxLength,
        truncation,
        packing,
        shuffle,
        dropLast,
        chatTemplate,
        maxRowBytes);
  }
}
