package dev.fettle.harness.run;

import dev.fettle.algorithm.RunRows;
import dev.fettle.data.Sized;
import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.DatasetLoader;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.InstructionTemplate;
import dev.fettle.data.encode.LoadReport;
import dev.fettle.data.encode.Mixture;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.ReadLimits;
import dev.fettle.data.read.RowFiles;
import dev.fettle.data.read.RowSelection;
import dev.fettle.data.read.RowSplit;
import dev.fettle.data.store.RowCache;
import dev.fettle.files.FileErrors;
import dev.fettle.files.SmallFile;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.DataSource;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.sample.StopTokens;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and encodes the rows a configuration names. */
public final class RowLoading implements RunRows {
  private static final Logger LOG = LoggerFactory.getLogger(RowLoading.class);

  /** The longest known template has 20 kB. */
  private static final int LARGEST_TEMPLATE = 4 << 20;

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
   * @param seed by which rows are drawn
   * @param cache where tokenised rows are kept, in place of the heap
   */
  public record Means(
      Terminal terminal, RunWarnings warnings, int threads, long seed, Optional<RowCache> cache) {

    /** Shows nothing; rows stay in the heap. */
    public static Means quiet() {
      return new Means(Terminal.none(), new RunWarnings(Terminal.none()), 1, 0, Optional.empty());
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
    Dataset<E> rows = load(TRAIN, selection(data.train(), false), encoding);
    if (data.train().stream().allMatch(s -> s.weight().isEmpty())) {
      return rows;
    }
    Mixture mixture = mixture(rows.report());
    LOG.info("train rows: {}", mixture.summary(names()));
    return new Dataset<>(mixture.of(rows.examples()), rows.report());
  }

  private Mixture mixture(LoadReport report) {
    int empty = report.keptBySource().indexOf(0L);
    if (empty >= 0) {
      throw new DataException(
          data.train().get(empty).path()
              + ": no row is left to train on, and data.train gives it a weight; leave it out");
    }
    List<Double> weights = data.train().stream().map(s -> s.weight().orElse(1.0)).toList();
    return Mixture.of(report.keptBySource(), weights, data.mixing(), means.seed());
  }

  private List<String> names() {
    return data.train().stream().map(s -> s.path().toString()).toList();
  }

  @Override
  public <E extends Sized> Map<String, Dataset<E>> evaluations(RowEncoding<E> encoding) {
    Map<String, Dataset<E>> sets = new LinkedHashMap<>();
    if (data.evalFraction().isPresent()) {
      sets.put("", load(EVAL, selection(data.train(), true), encoding));
    }
    data.eval()
        .forEach(
            (name, sources) -> {
              String full = name.isEmpty() ? EVAL : EVAL + "_" + name;
              sets.put(name, load(full, selection(sources, true), encoding));
            });
    return sets;
  }

  /** The rows to train on as they stand in the files, without shares and none left out. */
  public RowSelection all() {
    return new RowSelection(
        sources(data.train()), Optional.empty(), new ReadLimits(data.maxRowBytes()));
  }

  private static List<RowSelection.Source> sources(List<DataSource> sources) {
    return sources.stream()
        .map(
            s ->
                new RowSelection.Source(
                    RowFiles.of(s.path()),
                    s.limit().map(OptionalLong::of).orElse(OptionalLong.empty())))
        .toList();
  }

  private RowSelection selection(List<DataSource> sources, boolean evaluation) {
    return new RowSelection(
        sources(sources),
        data.evalFraction().map(f -> new RowSplit(means.seed(), f, evaluation)),
        new ReadLimits(data.maxRowBytes()));
  }

  /** Every file of rows there is, to train and to evaluate on. */
  List<Path> allFiles() {
    List<Path> files = new ArrayList<>();
    data.train().forEach(s -> files.addAll(RowFiles.of(s.path())));
    data.eval().values().stream()
        .flatMap(List::stream)
        .forEach(s -> files.addAll(RowFiles.of(s.path())));
    return files;
  }

  /** What became of the rows of each data set read so far, by its name. */
  public Map<String, LoadReport> reports() {
    return Collections.unmodifiableMap(reports);
  }

  private <E extends Sized> Dataset<E> load(
      String name, RowSelection rows, RowEncoding<E> encoding) {
    int length = packing().exampleLength();
    Dataset<E> dataset;
    try (LoadProgress progress = means.terminal().loading(name + " rows")) {
      DatasetLoader<E> loader =
          new DatasetLoader<>(encoding, encoding(length), means.threads(), progress);
      dataset =
          means.cache().isPresent() ? loader.load(rows, means.cache().get()) : loader.load(rows);
    }
    reports.put(name, dataset.report());
    LOG.info("{} rows: {}", name, dataset.report().summary());
    // What is found in rows to evaluate on is not learnt, or was found in the others too.
    List<String> told =
        name.equals(TRAIN)
            ? dataset.report().warnings()
            : dataset.report().manyDropped().stream().toList();
    told.forEach(w -> means.warnings().add(name + " rows: " + w));
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
        data.roles(),
        OptionalInt.of(files.model().shape().vocab()));
  }

  /** The tokens that end an answer to a prompt among these rows. */
  public StopTokens stops() {
    Optional<ChatTemplate> template = chatTemplate();
    return files
        .tokenizer()
        .map(t -> template.isPresent() ? StopTokens.of(t, template) : StopTokens.of(t))
        .orElseGet(() -> StopTokens.of(Set.copyOf(files.config().model().ids().eos())));
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
      return SmallFile.text(file, LARGEST_TEMPLATE);
    } catch (IOException e) {
      throw ConfigException.about(
          "data.chatTemplate", file + " cannot be read: " + FileErrors.reason(e));
    }
  }
}
