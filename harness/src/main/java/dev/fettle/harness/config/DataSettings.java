package dev.fettle.harness.config;

import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.InstructionTemplate;
import dev.fettle.data.encode.Truncation;
import dev.fettle.data.pack.Packing;
import dev.fettle.settings.Choices;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code data}: the rows and how they become batches.
 *
 * @param train files of rows to train on
 * @param eval files of rows to evaluate on
 * @param format what the columns mean, a name the algorithm knows; empty where each file's first
 *     row shows it
 * @param columns what the files call the columns of the format
 * @param template the prompt of instruction rows; empty for Alpaca's
 * @param maxLength tokens of a row at most; empty for {@link #DEFAULT_MAX_LENGTH}, or what the
 *     model takes if less
 * @param truncation which end of a longer row is kept
 * @param packing how examples share rows
 * @param shuffle whether each epoch has its own random order
 * @param dropLast whether an epoch's last, incomplete batch is left out
 * @param chatTemplate {@code chatml}, or a Jinja file; empty for the model's own
 */
public record DataSettings(
    List<Path> train,
    List<Path> eval,
    Optional<String> format,
    Columns columns,
    Optional<InstructionTemplate> template,
    Optional<Integer> maxLength,
    Truncation truncation,
    Packing packing,
    boolean shuffle,
    boolean dropLast,
    Optional<String> chatTemplate) {

  /** The length of rows where neither the configuration nor the model says less. */
  public static final int DEFAULT_MAX_LENGTH = 1024;

  /** The word for the built-in ChatML template. */
  public static final String CHAT_ML = "chatml";

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
              Key.file(
                      "train",
                      "rows: `.jsonl`, `.json` (an array), either with `.gz`, or `.parquet`")
                  .list()
                  .required("a file of rows (.jsonl, .jsonl.gz, .json or .parquet)")
                  .also("train_file", "datasets"),
              Key.file("eval", "rows to evaluate on")
                  .list()
                  .otherwise(DEFAULT.eval())
                  .also("validation_file", "test_datasets"),
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
              Key.wordOrFile(
                      "chatTemplate",
                      List.of(CHAT_ML),
                      "the Jinja template for rows of messages; goes into `final/`")
                  .optional("the model's own")
                  .also("chat_template", "chat_template_path"))
          .note("nothing is downloaded; give the files of the rows as data.train", "dataset_name")
          .note("write data.columns: {text: NAME}", "dataset_text_field")
          .note("columns no format has are ignored; leave it out", "remove_unused_columns")
          .note("data.packing lays several examples in a row, each by itself", "padding_free")
          .note("put the rows to evaluate on into a file of their own: data.eval", "val_set_size");

  /** Copies the lists. */
  public DataSettings {
    train = List.copyOf(train);
    eval = List.copyOf(eval);
  }

  /** The defaults for some files. */
  public static DataSettings of(Path... train) {
    return new DataSettings(
        List.of(train),
        List.of(),
        Optional.empty(),
        Columns.asTheyAre(),
        Optional.empty(),
        Optional.empty(),
        Truncation.KEEP_START,
        Packing.BFD,
        true,
        false,
        Optional.empty());
  }

  /** The same with another length of rows; empty for the default. */
  public DataSettings withMaxLength(Optional<Integer> other) {
    return new DataSettings(
        train,
        eval,
        format,
        columns,
        template,
        other,
        truncation,
        packing,
        shuffle,
        dropLast,
        chatTemplate);
  }
}
