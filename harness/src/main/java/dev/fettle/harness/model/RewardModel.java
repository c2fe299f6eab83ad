package dev.fettle.harness.model;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.OptionalBinder;
import dev.fettle.algorithm.PolicyHeads;
import dev.fettle.data.Example;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.score.Calibration;
import dev.fettle.harness.score.PairRewards;
import dev.fettle.harness.score.RewardScorer;
import dev.fettle.harness.score.RewardSummary;
import dev.fettle.harness.wiring.BackendModule;
import dev.fettle.harness.wiring.ModelModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.head.RewardScale;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.reward.RewardFunction;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reward model on a backend: a number for each whole sequence. It is what {@code algorithm: {
 * type: reward }} leaves, or a sequence classifier of transformers with one label.
 *
 * <p>Any number of threads may share it: their calls come one after the other, in the order they
 * were made. {@link #close} waits for the call that runs; after it every call is an {@link
 * IllegalStateException}.
 */
public final class RewardModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RewardModel.class);

  private final Wiring wiring;
  private final RewardHead head;
  private final ModelFiles files;
  private final Policy policy;
  private final ProgramCache programs;
  private final Turns turns = new Turns("the reward model");

  private RewardModel(Wiring wiring, RewardHead head) {
    this.wiring = wiring;
    this.head = head;
    this.files = wiring.get(ModelFiles.class);
    this.policy = wiring.get(Policy.class);
    this.programs = wiring.get(ProgramCache.class);
  }

  /** Whether a directory, or that of an adapter, holds a reward model. */
  public static boolean is(ModelSettings settings) {
    return findHead(PolicyAdapter.withBase(settings)).isPresent();
  }

  /**
   * The head of a reward model.
   *
   * @param settings whose adapter, if it has one, is told apart from its base model
   * @throws ModelFileException if it is no reward model
   */
  static RewardHead head(ModelSettings settings) {
    return findHead(settings)
        .orElseThrow(
            () ->
                new ModelFileException(
                    settings.directory().resolve(HfConfig.FILE),
                    "is of no reward model: its architectures name no ...ForSequenceClassification;"
                        + " train one with algorithm: { type: reward }"));
  }

  private static Optional<RewardHead> findHead(ModelSettings settings) {
    ModelFiles.requireConfig(settings.directory());
    return settings
        .adapter()
        .flatMap(AdapterSettings::path)
        .map(AdapterConfig::read)
        .flatMap(RewardHead::of)
        .or(() -> RewardHead.of(HfConfig.read(settings.directory())));
  }

  /** Opens a model directory, or an adapter and its base model, in full precision. */
  public static RewardModel open(Path directory, BackendSettings backend) {
    return open(ModelSettings.of(directory), backend, Optional.empty());
  }

  /**
   * Opens a reward model.
   *
   * @param dumpGraphs a directory for each compiled program, as text and in the backend's own
   *     format
   * @throws dev.fettle.settings.ConfigException if the backend is absent
   * @throws ModelFileException if the model cannot be read, or is no reward model
   */
  public static RewardModel open(
      ModelSettings model, BackendSettings backend, Optional<Path> dumpGraphs) {
    ModelSettings whole = PolicyAdapter.withBase(model);
    RewardHead head = head(whole);
    Wiring wiring =
        new Wiring(
            List.of(new BackendModule(backend, dumpGraphs), new ModelModule(whole, 0), with(head)));
    try {
      return new RewardModel(wiring, head);
    } catch (RuntimeException e) {
      wiring.close();
      throw e;
    }
  }

  private static Module with(RewardHead head) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        OptionalBinder.newOptionalBinder(binder(), PolicyHeads.class)
            .setBinding()
            .toInstance(new PolicyHeads(body -> List.of(head)));
      }
    };
  }

  /**
   * The rewards of tokenised sequences, in order.
   *
   * @return NaN for one without a target
   */
  public float[] rewards(List<Example> sequences) {
    return turns.take(
        () -> {
          try (RewardScorer scorer = scorer(maxPositions())) {
            return scorer.score(sequences);
          }
        });
  }

  /**
   * This model as a reward function, for as long as it is open.
   *
   * @param answering the tokenizer of the model that answers, if it has one. If it is this model's
   *     own, tokens are used as they are; if not, texts are encoded anew
   * @param normalise whether rewards are counted in deviations from the mean of those it was
   *     trained on
   * @throws dev.fettle.settings.ConfigException if nobody has measured these
   */
  public RewardFunction function(Optional<Tokenizer> answering, boolean normalise) {
    return function(answering, normalise, warning -> LOG.warn("{}", warning));
  }

  RewardFunction function(
      Optional<Tokenizer> answering, boolean normalise, Consumer<String> warnings) {
    turns.requireOpen();
    return new ModelReward(
        new AnswerSequences(files, answering, warnings), this::rewards, scale(normalise));
  }

  /** Tokens a sequence may have. */
  public int maxPositions() {
    turns.requireOpen();
    return files.model().shape().maxPositions();
  }

  private RewardScorer scorer(int length) {
    return new RewardScorer(policy, length, programs);
  }

  /** Where the rewards of what it was trained on lie; empty where nobody has measured it. */
  public Optional<RewardScale> scale() {
    return head.scale();
  }

  /**
   * Rewards rows: of each the whole sequence, prompt and completion. Rows are read, scored and
   * given out a few thousand at a time, so that the memory needed does not depend on how many there
   * are.
   *
   * @param data whose {@code train} files are scored
   * @param rewards given each row's, in the order of the input; NaN for one that training would
   *     drop
   * @throws DataException where a file or row is broken; rows before it may have been given out
   */
  public RewardSummary score(DataSettings data, DoubleConsumer rewards) {
    return score(data, false, rewards);
  }

  /**
   * The same, perhaps in deviations from the mean of the rewards it was trained on.
   *
   * @throws dev.fettle.settings.ConfigException if nobody has measured these
   */
  public RewardSummary score(DataSettings data, boolean normalise, DoubleConsumer rewards) {
    return turns.take(() -> scoring(data).rewards(scale(normalise), rewards));
  }

  /** Whether the rows of some files are pairs, to be {@link #calibrate calibrated} with. */
  public boolean readsPairs(DataSettings data) {
    turns.requireOpen();
    return scoring(data).arePairs();
  }

  /**
   * How far this model can be trusted, by rows of preferences.
   *
   * @param data whose {@code train} files are read
   * @throws DataException where a file or row is broken, or no row has two answers
   */
  public Calibration calibrate(DataSettings data) {
    return calibrate(data, false, pair -> {});
  }

  /**
   * The same, giving out the rewards of each pair.
   *
   * @param normalise whether the rewards given out are counted in deviations from the mean of those
   *     it was trained on; the report is made of those it gives
   * @param pairs given each row's, in the order of the input; NaN for one that training would drop
   * @throws DataException where a file or row is broken, or no row has two answers; rows before it
   *     may have been given out
   */
  public Calibration calibrate(DataSettings data, boolean normalise, Consumer<PairRewards> pairs) {
    return turns.take(() -> scoring(data).pairs(scale(normalise), pairs));
  }

  private RewardRows scoring(DataSettings data) {
    return new RewardRows(data, files, this::scorer, turns::requireNotInterrupted);
  }

  private Optional<RewardScale> scale(boolean normalise) {
    return RewardOpening.scale(files.directory(), head, normalise);
  }

  /** Waits for the call that runs; those that wait for their turn fail. */
  @Override
  public void close() {
    turns.close(wiring::close);
  }
}
