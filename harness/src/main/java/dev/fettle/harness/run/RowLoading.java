package dev.fettle.harness.run;

import dev.fettle.algorithm.RunRows;
import dev.fettle.data.Sized;
import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.DatasetLoader;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.InstructionTemplate;
import dev.fettle.data.encode.LoadReport;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.store.RowCache;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and encodes the rows a configuration names. */
public final class RowLoading implements RunRows {
  private static final Logger LOG = LoggerFactory.getLogger(RowLoading.class);

  /** The data sets' names in reports. */
  private static final String TRAIN = "train";

  private static final String EVAL = "eval";

  private final DataSettings data;
  private final ModelFiles files;
  private final Means means;
  private final Map<String, LoadReport> reports = new LinkedHashMap<>();

  /**
   * What rows are read with.
   *
   * @param terminal which shows progress
   * @param warnings where the user is told what to beware of
   * @param threads that encode
   * @param cache where tokenised rows are kept, in place of the heap
   */
  public record Means(
      Terminal terminal, RunWarnings warnings, int threads, Optional<RowCache> cache) {

    /** Shows nothing; rows stay in the heap. */
    public static Means quiet() {
      return new Means(Terminal.none(), new RunWarnings(Terminal.none()), 1, Optional.empty());
    }
  }

  /** Loads the rows of some settings for a model. */
  public RowLoading(DataSettings data, ModelFiles files, Means means) {
    this.data = data;
    this.files = files;
    this.means = means;
  }

  @Override
  public <E extends Sized> Dataset<E> train(RowEncoding<E> encoding) {
    return load(TRAIN, data.train(), encoding);
  }

  @Override
  public <E extends Sized> Optional<Dataset<E>> evaluation(RowEncoding<E> encoding) {
    return data.eval().isEmpty()
        ? Optional.empty()
        : Optional.of(load(EVAL, data.eval(), encoding));
  }

  /** What became of the rows of each data set read so far, by its name. */
  public Map<String, LoadReport> reports() {
    return Collections.unmodifiableMap(reports);
  }

  private <E extends Sized> Dataset<E> load(
      String name, List<Path> paths, RowEncoding<E> encoding) {
    int length = packing().exampleLength();
    Dataset<E> dataset;
    try (LoadProgress progress = means.terminal().loading(name + " rows")) {
      DatasetLoader<E> loader =
          new DatasetLoader<>(encoding, encoding(length), means.threads(), progress);
      dataset =
          means.cache().isPresent() ? loader.load(paths, means.cache().get()) : loader.load(paths);
    }
    reports.put(name, dataset.report());
    LOG.info("{} rows: {}", name, dataset.report().summary());
    dataset.report().warnings().forEach(w -> means.warnings().add(name + " rows: " + w));
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

  @Override
  public PackingOptions packing() {
    return PackingOptions.of(data.packing(), maxLength());
  }

  /** How rows become token ids, {@code length} of each at most. */
  public EncodingOptions encoding(int length) {
    return new EncodingOptions(
        data.format(),
        data.columns(),
        length,
        data.truncation(),
        data.template().orElseGet(InstructionTemplate::alpaca),
        chatTemplate(),
        OptionalInt.of(files.model().shape().vocab()));
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
