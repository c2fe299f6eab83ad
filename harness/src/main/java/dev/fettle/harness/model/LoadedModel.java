package dev.fettle.harness.model;

import dev.fettle.data.encode.LossOn;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.sample.AnswerSink;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.harness.score.RowScore;
import dev.fettle.harness.score.ScoreFile;
import dev.fettle.harness.score.ScoreReport;
import dev.fettle.harness.score.ScoreSummary;
import dev.fettle.harness.wiring.BackendModule;
import dev.fettle.harness.wiring.ModelModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.sample.StopStrings;
import dev.fettle.spi.Backend;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.ChatMessage;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model on a backend, ready to generate, to chat and to score.
 *
 * <p>Any number of threads may share it: their calls come one after the other, in the order they
 * were made, and each gives what it would give alone. Several prompts in one call are generated
 * together, which is faster than one after the other. A listener may not call the model it listens
 * to. A thread that is interrupted gives up its call with a {@link
 * java.util.concurrent.CancellationException}, after the token it is at. {@link #close} waits for
 * the call that runs; after it every call is an {@link IllegalStateException}.
 *
 * <p>Generation stops at the end of a text, by {@link #stopIds}, unless the options name other
 * tokens. It repeats itself: the same prompt, seed and step give the same tokens, in whatever
 * company and in whichever call. Whoever wants other ones from call to call counts the step on
 * ({@link SamplingOptions#withStep}), or asks for several samples at once ({@link
 * SamplingOptions#withSamples}).
 */
public final class LoadedModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);

  private final Wiring wiring;
  private final ModelSettings settings;
  private final ModelFiles files;
  private final Policy policy;
  private final ProgramCache programs;
  private final PromptTokens tokens;
  private final Turns turns = new Turns("the model");
  private final TextGeneration texts;
  private final Likelihoods likelihoods;

  /** Its threads end by themselves, when the last subscriber has read what is held for it. */
  private final Executor streams = Executors.newCachedThreadPool(LoadedModel::streamThread);

  private @Nullable Generator generator;

  private LoadedModel(Wiring wiring, ModelSettings settings) {
    this.wiring = wiring;
    this.settings = settings;
    this.files = wiring.get(ModelFiles.class);
    this.policy = wiring.get(Policy.class);
    this.programs = wiring.get(ProgramCache.class);
    this.tokens = new PromptTokens(files);
    this.texts = new TextGeneration(tokens, turns, this::generator);
    this.likelihoods = new Likelihoods(policy, files.model().shape().maxPositions(), programs);
    files.warnings().forEach(w -> LOG.warn("{}", w));
  }

  private static Thread streamThread(Runnable work) {
    Thread thread = new Thread(work, "fettle-stream");
    thread.setDaemon(true);
    return thread;
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
    if (RewardModel.is(whole)) {
      throw new ModelFileException(
          model.directory(), "is a reward model, which gives no next tokens; score rows with it");
    }
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
    turns.requireOpen();
    return files.requireTokenizer();
  }

  /** The id of the backend. */
  public String backend() {
    turns.requireOpen();
    return wiring.get(Backend.class).id();
  }

  /** Tokens a sequence may have. */
  public int maxPositions() {
    turns.requireOpen();
    return files.model().shape().maxPositions();
  }

  /**
   * The ids of a prompt. An empty one is the token a text begins with.
   *
   * @throws IllegalArgumentException if it is empty and no token begins a text
   */
  public int[] promptIds(String prompt) {
    return promptIds(Prompt.of(prompt));
  }

  /**
   * The ids of a prompt.
   *
   * @throws IllegalArgumentException if it is an empty text and no token begins a text
   * @throws dev.fettle.tokenizer.TokenizerException if the model has no chat template, or the
   *     template refuses the messages
   */
  public int[] promptIds(Prompt prompt) {
    turns.requireOpen();
    return tokens.of(prompt);
  }

  /**
   * The tokens that end a text: those the tokenizer's and the model's files name, and none where
   * they name none. After a conversation the token that ends a turn in the chat template counts
   * too.
   */
  public Set<Integer> stopIds() {
    turns.requireOpen();
    return tokens.stopIds();
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
    SamplingOptions ending = options.withDefaultStopIds(stopIds());
    TokenListener told =
        (row, id) -> {
          turns.requireNotInterrupted();
          listener.onToken(row, id);
        };
    return turns.take(() -> generator().generate(prompts, ending, told));
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
    SamplingOptions ending = options.withDefaultStopIds(stopIds());
    return turns.take(() -> texts.decode(prompts, ending, stops, listener, () -> {}));
  }

  /** Continues a prompt; the result is what comes after it, of several samples the first. */
  public String generate(String prompt, SamplingOptions options) {
    return generate(prompt, options, StopStrings.NONE);
  }

  /** Continues a prompt; the result is what comes after it, up to a stop string. */
  public String generate(String prompt, SamplingOptions options, StopStrings stops) {
    return generateAll(Prompt.all(prompt), options, stops).get(0).text();
  }

  /**
   * Continues a prompt, and tells of the text as it comes.
   *
   * @param told of each piece of the text, in order; what it throws ends the call
   */
  public GeneratedText generate(
      Prompt prompt, SamplingOptions options, StopStrings stops, Consumer<String> told) {
    return generateAll(List.of(prompt), options, stops, (row, text) -> told.accept(text)).get(0);
  }

  /**
   * Continues prompts together, in one batch.
   *
   * @return as many for each prompt as the options say, those of the first prompt first
   */
  public List<GeneratedText> generateAll(
      List<Prompt> prompts, SamplingOptions options, StopStrings stops) {
    return generateAll(prompts, options, stops, TextListener.none());
  }

  /**
   * Continues prompts together, in one batch, and tells of each text as it comes.
   *
   * @param listener of texts; rows are counted as in the result
   * @return as many for each prompt as the options say, those of the first prompt first
   * @throws IllegalArgumentException if a prompt leaves no room for a new token
   * @throws dev.fettle.models.generate.GenerationException if the logits are not numbers
   */
  public List<GeneratedText> generateAll(
      List<Prompt> prompts, SamplingOptions options, StopStrings stops, TextListener listener) {
    turns.requireOpen();
    List<int[]> ids = prompts.stream().map(tokens::of).toList();
    SamplingOptions ending = options.withDefaultStopIds(tokens.stopIds(prompts));
    return generate(ids, ending, stops, listener);
  }

  /**
   * Answers a conversation, which the model's chat template writes out.
   *
   * @return the assistant's next message
   * @throws dev.fettle.tokenizer.TokenizerException if the model has no chat template, or the
   *     template refuses the messages
   */
  public String chat(List<ChatMessage> messages, SamplingOptions options) {
    return generateAll(List.of(Prompt.chat(messages)), options, StopStrings.NONE).get(0).text();
  }

  /** A stream without stop strings. */
  public Flow.Publisher<String> stream(Prompt prompt, SamplingOptions options) {
    return stream(prompt, options, StopStrings.NONE);
  }

  /**
   * Continues a prompt on a thread of the model's own, once for each subscriber, from its first
   * request on. The pieces, put together, are the text. Generation does not wait for a slow
   * subscriber: pieces that were not asked for are held. After a cancellation it ends with the
   * token it is at. Errors are told to the subscriber, before pieces it has not asked for.
   *
   * @param options of one sample
   */
  public Flow.Publisher<String> stream(Prompt prompt, SamplingOptions options, StopStrings stops) {
    turns.requireOpen();
    SamplingOptions one = options.withSamples(1);
    // Each token adds one piece at the most, and the end another.
    int most = Math.min(one.maxNewTokens(), maxPositions()) + 1;
    return new TextPublisher(streams, most, pieces -> texts.stream(prompt, one, stops, pieces));
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
   * Answers the prompts that rows hold, each as often as the options say, a few batches at a time.
   * An answer follows from its prompt, the seed and which of the prompt's answers it is.
   *
   * @param to given the answers to each prompt, in the order of the rows; closed at the end
   * @throws DataException where a file or row is broken, or the answers cannot be written
   * @throws dev.fettle.models.generate.GenerationException if the logits are not numbers
   */
  public SampleReport sample(SampleRequest request, AnswerSink to) {
    Runnable eachToken = turns::requireNotInterrupted;
    return turns.take(
        () ->
            new ModelSampling(files, settings, backend(), generator()).run(request, to, eachToken));
  }

  /**
   * The same into a file, one JSON object an answer, with which a later call goes on wherever one
   * was broken off: see {@link dev.fettle.sample.SampleColumns}.
   */
  public SampleReport sample(SampleRequest request, Path out) {
    return sample(request, AnswerSink.file(out, request));
  }

  /** The log-probability of what may follow prompts, each the sum over its tokens. */
  public double[] logProbs(List<Continuation> continuations) {
    return turns.take(() -> likelihoods.of(continuations));
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
    ModelScoring scoring = new ModelScoring(files, policy, programs);
    return turns.take(
        () ->
            scoring.run(
                data,
                lossOn,
                row -> {
                  turns.requireNotInterrupted();
                  rows.accept(row);
                }));
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

  /** Waits for the call that runs; those that wait for their turn fail. */
  @Override
  public void close() {
    turns.close(
        () -> {
          likelihoods.close();
          if (generator != null) {
            generator.close();
          }
          wiring.close();
        });
  }
}
