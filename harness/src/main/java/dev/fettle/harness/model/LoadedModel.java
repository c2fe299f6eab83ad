package dev.fettle.harness.model;

import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.score.EncodedRows;
import dev.fettle.harness.score.RowScore;
import dev.fettle.harness.score.RowScoring;
import dev.fettle.harness.score.ScoreFile;
import dev.fettle.harness.score.ScoreReport;
import dev.fettle.harness.score.ScoreSummary;
import dev.fettle.harness.score.Scorer;
import dev.fettle.harness.wiring.BackendModule;
import dev.fettle.harness.wiring.ModelModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.spi.Backend;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model on a backend, ready to generate and to score. Used by one thread.
 *
 * <p>Generation stops at the end of a text, by {@link #stopIds}, unless the options name other
 * tokens. It repeats itself: the same prompt, seed and step give the same tokens, in whatever
 * company and in whichever call. Whoever wants other ones from call to call counts the step on
 * ({@link SamplingOptions#withStep}), or asks for several samples at once ({@link
 * SamplingOptions#withSamples}).
 */
public final class LoadedModel implements AutoCloseable {
  private final Wiring wiring;
  private final ModelSettings settings;
  private final ModelFiles files;
  private final Policy policy;
  private final ProgramCache programs;
  private @Nullable Generator generator;

  private LoadedModel(Wiring wiring, ModelSettings settings) {
    this.wiring = wiring;
    this.settings = settings;
    this.files = wiring.get(ModelFiles.class);
    this.policy = wiring.get(Policy.class);
    this.programs = wiring.get(ProgramCache.class);
  }

  /** Opens a model directory, or an adapter and its base model, in full precision. */
  public static LoadedModel open(Path directory, BackendSettings backend) {
    return open(ModelSettings.of(directory), backend);
  }

  /**
   * Opens a model; that of an adapter directory is found by what its config says.
   *
   * @throws dev.fettle.settings.ConfigException if the backend is absent
   * @throws dev.fettle.models.config.ModelFileException if the model cannot be read
   */
  public static LoadedModel open(ModelSettings model, BackendSettings backend) {
    return open(model, backend, Optional.empty());
  }

  /**
   * Opens a model as {@link #open(ModelSettings, BackendSettings)} does, and shows what is compiled
   * for it.
   *
   * @param dumpGraphs a directory for each compiled program, as text and in the backend's own
   *     format
   * @throws dev.fettle.settings.ConfigException if the backend is absent
   * @throws dev.fettle.models.config.ModelFileException if the model cannot be read
   */
  public static LoadedModel open(
      ModelSettings model, BackendSettings backend, Optional<Path> dumpGraphs) {
    ModelSettings whole = PolicyAdapter.withBase(model);
    Wiring wiring =
        new Wiring(List.of(new BackendModule(backend, dumpGraphs), new ModelModule(whole, 0)));
    try {
      return new LoadedModel(wiring, whole);
    } catch (RuntimeException e) {
      wiring.close();
      throw e;
    }
  }

  /**
   * The tokenizer.
   *
   * @throws dev.fettle.models.config.ModelFileException if the directory has none
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
   * The tokens that end a text: those the tokenizer's and the model's files name, and none where
   * they name none.
   */
  public Set<Integer> stopIds() {
    return files
        .tokenizer()
        .map(t -> Set.copyOf(t.stopIds()))
        .orElseGet(() -> Set.copyOf(files.config().model().ids().eos()));
  }

  /**
   * Continues prompts given as token ids, each until the end of its text, or as the options say.
   *
   * @param listener told of each token as it comes; rows are counted as in the result
   * @return as many for each prompt as the options say, those of the first prompt first
   * @throws dev.fettle.models.generate.GenerationException if the logits are not numbers
   */
  public List<Generation> generate(
      List<int[]> prompts, SamplingOptions options, TokenListener listener) {
    return generator().generate(prompts, options.withDefaultStopIds(stopIds()), listener);
  }

  /**
   * Continues prompts given as token ids, each until its text contains a stop string, until the end
   * of its text, or as the options say.
   *
   * @param listener told of each sequence's text as it comes, up to the stop string
   * @return as many for each prompt as the options say, those of the first prompt first
   * @throws dev.fettle.models.generate.GenerationException if the logits are not numbers
   */
  public List<GeneratedText> generate(
      List<int[]> prompts, SamplingOptions options, StopStrings stops, TextListener listener) {
    int sequences = prompts.size() * options.draws().samples();
    TextStreams texts = new TextStreams(sequences, tokenizer(), stops, listener);
    SamplingOptions ending = options.withDefaultStopIds(stopIds());
    return texts.finish(generator().generate(prompts, ending, texts, TokenListener.none()));
  }

  /** Continues a prompt; the result is what comes after it, of several samples the first. */
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
              new GeneratorModel(policy.spec(), settings.precision()), policy.state(), programs);
    }
    return generator;
  }

  /**
   * Scores rows, and holds all scores: for data that is not large.
   *
   * @see #score(DataSettings, LossOn, Consumer)
   */
  public ScoreReport score(DataSettings data, LossOn lossOn) {
    List<RowScore> rows = new ArrayList<>();
    ScoreSummary summary = score(data, lossOn, rows::add);
    return new ScoreReport(rows, summary.truncated());
  }

  /**
   * Scores rows: the targets of each by the format's rules; of pre-tokenised rows those of the
   * mask, or all tokens after the first. Rows are read, scored and given out a few thousand at a
   * time, so that the memory needed does not depend on how many there are.
   *
   * @param data whose {@code train} files are scored
   * @param lossOn which tokens are targets
   * @param rows given each row's scores, in the order of the input
   * @throws DataException where a file or row is broken; rows before it may have been given out
   */
  public ScoreSummary score(DataSettings data, LossOn lossOn, Consumer<RowScore> rows) {
    RowLoading loading = new RowLoading(data, files, RowLoading.Means.quiet());
    int length = data.maxLength().isPresent() ? loading.maxLength() : maxPositions();
    try (EncodedRows encoded =
            new EncodedRows(
                data.train(), new TextRows(files.tokenizer(), lossOn), loading.encoding(length));
        Scorer scorer = new Scorer(policy, length, programs)) {
      ScoreSummary summary = new RowScoring(encoded, scorer, RowScoring.WINDOW).run(rows);
      if (summary.rows() == 0) {
        throw new DataException(data.train() + " has no rows; write the rows again");
      }
      return summary;
    }
  }

  /**
   * Scores rows into a file, one JSON object a row: {@code num_tokens}, {@code logprob}, {@code
   * logprobs}. It appears whole or not at all.
   *
   * @param out the file
   * @throws DataException where a file or row is broken, or the scores cannot be written
   * @see #score(DataSettings, LossOn, Consumer)
   */
  public ScoreSummary score(DataSettings data, LossOn lossOn, Path out) {
    try (ScoreFile file = new ScoreFile(out)) {
      ScoreSummary summary = score(data, lossOn, file);
      file.finish();
      return summary;
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
