package dev.fettle.harness;

import dev.fettle.harness.config.AlgorithmSettings;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorOptions;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.models.nn.DenseLinears;
import dev.fettle.source.DataException;
import dev.fettle.source.EncodingOptions;
import dev.fettle.source.Example;
import dev.fettle.source.Row;
import dev.fettle.source.RowEncoder;
import dev.fettle.source.RowEncoder.Encoded;
import dev.fettle.source.RowFormat;
import dev.fettle.source.RowOrigin;
import dev.fettle.source.RowReader;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A model on a backend, ready to generate and to score. Used by one thread. */
public final class LoadedModel implements AutoCloseable {
  private final Wiring wiring;
  private final ModelSettings settings;
  private final ModelFiles files;
  private final Policy policy;
  private @Nullable Generator generator;

  private LoadedModel(Wiring wiring, ModelSettings settings) {
    this.wiring = wiring;
    this.settings = settings;
    this.files = wiring.get(ModelFiles.class);
    this.policy = wiring.get(Policy.class);
  }

  /** Opens a model directory in full precision. */
  public static LoadedModel open(Path directory, BackendSettings backend) {
    return open(ModelSettings.of(directory), backend);
  }

  /**
   * Opens a model.
   *
   * @throws dev.fettle.harness.config.ConfigException if the backend is absent
   * @throws dev.fettle.models.weights.ModelFileException if the model cannot be read
   */
  public static LoadedModel open(ModelSettings model, BackendSettings backend) {
    return open(model, backend, Optional.empty());
  }

  /**
   * Opens a model, and shows what is compiled for it.
   *
   * @param dumpGraphs a directory for each compiled program, as text and in the backend's own
   *     format
   * @throws dev.fettle.harness.config.ConfigException if the backend is absent
   * @throws dev.fettle.models.weights.ModelFileException if the model cannot be read
   */
  public static LoadedModel open(
      ModelSettings model, BackendSettings backend, Optional<Path> dumpGraphs) {
    Wiring wiring =
        new Wiring(List.of(new BackendModule(backend, dumpGraphs), new ModelModule(model, 0)));
    try {
      return new LoadedModel(wiring, model);
    } catch (RuntimeException e) {
      wiring.close();
      throw e;
    }
  }

  /**
   * The tokenizer.
   *
   * @throws dev.fettle.models.weights.ModelFileException if the directory has none
   */
  public Tokenizer tokenizer() {
    return files.requireTokenizer();
  }

  /** The id of the backend. */
  public String backend() {
    return wiring.get(Backend.class).id();
  }

  /** Tokens a sequence may have. */
  public int maxPositions() {
    return files.model().shape().maxPositions();
  }

  /**
   * The ids of a prompt. An empty one is the token a text begins with.
   *
   * @throws IllegalArgumentException if it is empty and no token begins a text
   */
  public int[] promptIds(String prompt) {
    int[] ids = tokenizer().encode(prompt, true).ids();
    if (ids.length > 0) {
      return ids;
    }
    OptionalInt first = tokenizer().bosId().isPresent() ? tokenizer().bosId() : tokenizer().eosId();
    return new int[] {
      first.orElseThrow(
          () ->
              new IllegalArgumentException(
                  "the prompt is empty, and the tokenizer names no token a text begins with"))
    };
  }

  /**
   * Continues prompts given as token ids.
   *
   * @param listener told of each token as it comes
   * @return one for each prompt, in order
   */
  public List<Generation> generate(
      List<int[]> prompts, SamplingOptions options, TokenListener listener) {
    return generator().generate(prompts, options, listener);
  }

  /**
   * Continues prompts given as token ids, each until its text contains a stop string, or as the
   * options say.
   *
   * @param listener told of each prompt's text as it comes, up to the stop string
   * @return one for each prompt, in order
   */
  public List<GeneratedText> generate(
      List<int[]> prompts, SamplingOptions options, StopStrings stops, TextListener listener) {
    TextStreams texts = new TextStreams(prompts.size(), tokenizer(), stops, listener);
    return texts.finish(generator().generate(prompts, options, texts, TokenListener.none()));
  }

  /** Continues a prompt; the result is what comes after it. */
  public String generate(String prompt, SamplingOptions options) {
    return generate(prompt, options, StopStrings.NONE);
  }

  /** Continues a prompt; the result is what comes after it, up to a stop string. */
  public String generate(String prompt, SamplingOptions options, StopStrings stops) {
    return generate(List.of(promptIds(prompt)), options, stops, TextListener.none()).get(0).text();
  }

  private Generator generator() {
    if (generator == null) {
      generator =
          new Generator(
              wiring.get(Backend.class),
              files.model(),
              policy.state(),
              new GeneratorOptions(
                  new DenseLinears(), settings.precision(), wiring.get(CompileOptions.class)));
    }
    return generator;
  }

  /**
   * Scores rows: the targets of each by the format's rules; of pre-tokenised rows those of the
   * mask, or all tokens after the first.
   *
   * @param data whose {@code train} files are scored
   * @param algorithm says which tokens are targets
   * @throws DataException where a file or row is broken
   */
  public ScoreReport score(DataSettings data, AlgorithmSettings algorithm) {
    RowLoading loading = new RowLoading(data, algorithm, files, Terminal.none(), 1);
    int length = data.maxLength().isPresent() ? loading.maxLength() : maxPositions();
    EncodingOptions encoding = loading.encoding(length);
    List<Encoded> encoded = new ArrayList<>();
    List<RowOrigin> origins = new ArrayList<>();
    for (Path file : data.train()) {
      read(file, encoding, encoded, origins);
    }
    if (encoded.isEmpty()) {
      throw new DataException(data.train() + " has no rows; write the rows again");
    }
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < encoded.size(); i++) {
      Example example = encoded.get(i).example();
      examples.add(
          example != null ? example : new Example(new int[1], new byte[1], origins.get(i)));
    }
    try (Scorer scorer = new Scorer(policy, length)) {
      List<RowScore> scores = new ArrayList<>();
      for (float[] logprobs : scorer.score(examples)) {
        scores.add(new RowScore(logprobs));
      }
      return new ScoreReport(scores, encoded.stream().filter(Encoded::truncated).count());
    }
  }

  private void read(
      Path file, EncodingOptions options, List<Encoded> encoded, List<RowOrigin> origins) {
    try (RowReader reader = RowReader.open(file)) {
      @Nullable RowEncoder encoder = null;
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        if (encoder == null) {
          Row first = options.columns().apply(row.get());
          RowFormat format = options.format().orElseGet(() -> RowFormat.detect(first));
          encoder = new RowEncoder(files.tokenizer(), options, format);
        }
        encoded.add(encoder.encode(row.get()));
        origins.add(row.get().origin());
      }
    }
  }

  @Override
  public void close() {
    if (generator != null) {
      generator.close();
    }
    wiring.close();
  }
}
