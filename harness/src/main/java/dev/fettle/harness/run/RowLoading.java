package dev.fettle.harness.run;

import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.DatasetLoader;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.InstructionTemplate;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.AlgorithmSettings;
import dev.fettle.harness.config.ConfigException;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and tokenises the rows a configuration names. */
public final class RowLoading {
  private static final Logger LOG = LoggerFactory.getLogger(RowLoading.class);

  private final DataSettings data;
  private final AlgorithmSettings algorithm;
  private final ModelFiles files;
  private final Terminal terminal;
  private final int threads;

  public RowLoading(
      DataSettings data,
      AlgorithmSettings algorithm,
      ModelFiles files,
      Terminal terminal,
      int threads) {
    this.data = data;
    this.algorithm = algorithm;
    this.files = files;
    this.terminal = terminal;
    this.threads = threads;
  }

  /**
   * Reads rows, with a progress bar on a terminal; reports what was dropped and what to beware of.
   *
   * @param what the files are, as in {@code training rows}
   * @throws DataException where a file or row is broken, or no row is left
   */
  Dataset load(String what, List<Path> paths) {
    EncodingOptions options = encoding();
    Dataset dataset;
    try (LoadProgress progress = terminal.loading(what)) {
      dataset = new DatasetLoader(files.tokenizer(), options, threads, progress).load(paths);
    }
    LOG.info("{}: {}", what, dataset.report().summary());
    dataset.report().warnings().forEach(w -> LOG.warn("{}: {}", what, w));
    return dataset;
  }

  /**
   * The length of rows: what the configuration says, within what the model takes.
   *
   * @throws ConfigException if the configuration asks for more
   */
  public int maxLength() {
    int takes = files.model().shape().maxPositions();
    int wanted = data.maxLength().orElse(Math.min(DataSettings.DEFAULT_MAX_LENGTH, takes));
    if (wanted > takes) {
      throw ConfigException.about(
          "data.maxLength", "is " + wanted + ", but the model takes " + takes + " tokens at most");
    }
    return wanted;
  }

  /** How rows are laid out. */
  PackingOptions packing() {
    return PackingOptions.of(data.packing(), maxLength());
  }

  private EncodingOptions encoding() {
    return encoding(data.packing().splits() ? EncodingOptions.UNLIMITED : maxLength());
  }

  /** How rows become token ids, {@code length} of each at most. */
  public EncodingOptions encoding(int length) {
    return new EncodingOptions(
        data.format(),
        data.columns(),
        lossOn(),
        length,
        data.truncation(),
        data.template().orElseGet(InstructionTemplate::alpaca),
        chatTemplate(),
        OptionalInt.of(files.model().shape().vocab()));
  }

  private LossOn lossOn() {
    return algorithm instanceof AlgorithmSettings.Sft sft ? sft.lossOn() : LossOn.AUTO;
  }

  /** The template of the configuration; empty for the model's own. */
  Optional<ChatTemplate> chatTemplate() {
    return data.chatTemplate()
        .map(
            t ->
                t.equals(DataSettings.CHAT_ML)
                    ? ChatMl.template()
                    : files.requireTokenizer().chatTemplate(text(Path.of(t)), t));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw ConfigException.about("data.chatTemplate", file + " cannot be read: " + e);
    }
  }
}
