package dev.fettle.harness.config;

import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.InstructionTemplate;
import dev.fettle.data.encode.Truncation;
import dev.fettle.data.pack.Packing;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code data}: the rows and how they become batches.
 *
 * @param train files of rows to train on
 * @param eval files of rows to evaluate on; default none
 * @param format what the columns mean; by default found from each file's first row
 * @param columns what the files call the columns of the format; default their own names
 * @param template the prompt of instruction rows; default Alpaca's
 * @param maxLength tokens of a row at most; by default 1024, or what the model takes if less
 * @param truncation which end of a longer row is kept; default {@code keep_start}
 * @param packing how examples share rows; default {@code bfd}, which {@code true} also means;
 *     {@code none} or {@code false} pads
 * @param shuffle whether each epoch has its own random order; default true
 * @param dropLast whether an epoch's last, incomplete batch is left out; default false
 * @param chatTemplate {@code chatml}, or a Jinja file; by default the model's own
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
