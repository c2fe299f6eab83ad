package dev.fettle.harness.model;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.OptionalBinder;
import dev.fettle.algorithm.PolicyHeads;
import dev.fettle.data.Example;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.score.EncodedRows;
import dev.fettle.harness.score.RewardScorer;
import dev.fettle.harness.score.RewardScoring;
import dev.fettle.harness.score.RewardSummary;
import dev.fettle.harness.wiring.BackendModule;
import dev.fettle.harness.wiring.ModelModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/**
 * A reward model on a backend: a number for each whole sequence. It is what {@code algorithm: {
 * type: reward }} leaves, or a sequence classifier of transformers with one label.
 *
 * <p>Any number of threads may share it: their calls come one after the other, in the order they
 * were made. {@link #close} waits for the call that runs; after it every call is an {@link
 * IllegalStateException}.
 */
public final class RewardModel implements AutoCloseable {
  private final Wiring wiring;
  private final ModelFiles files;
  private final Policy policy;
  private final ProgramCache programs;
  private final Turns turns = new Turns("the reward model");

  private RewardModel(Wiring wiring) {
    this.wiring = wiring;
    this.files = wiring.get(ModelFiles.class);
    this.policy = wiring.get(Policy.class);
    this.programs = wiring.get(ProgramCache.class);
  }

  /** Whether a directory, or that of an adapter, holds a reward model. */
  public static boolean is(ModelSettings settings) {
    return head(PolicyAdapter.withBase(settings)).isPresent();
  }

  private static Optional<RewardHead> head(ModelSettings settings) {
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
    RewardHead head =
        head(whole)
            .orElseThrow(
                () ->
                    new ModelFileException(
                        whole.directory().resolve(HfConfig.FILE),
                        "is of no reward model: its architectures name no ...ForSequenceClassification;"
                            + " train one with algorithm: { type: reward }"));
    Wiring wiring =
        new Wiring(
            List.of(new BackendModule(backend, dumpGraphs), new ModelModule(whole, 0), with(head)));
    try {
      return new RewardModel(wiring);
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

  /** Tokens a sequence may have. */
  public int maxPositions() {
    turns.requireOpen();
    return files.model().shape().maxPositions();
  }

  private RewardScorer scorer(int length) {
    return new RewardScorer(policy, length, programs);
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
    return turns.take(() -> run(data, rewards));
  }

  private RewardSummary run(DataSettings data, DoubleConsumer rewards) {
    RowLoading loading = new RowLoading(data, files, RowLoading.Means.quiet());
    int length = data.maxLength().isPresent() ? loading.maxLength() : maxPositions();
    try (EncodedRows rows =
            new EncodedRows(
                loading.all(),
                new TextRows(files.tokenizer(), LossOn.AUTO),
                loading.encoding(length));
        RewardScorer scorer = scorer(length)) {
      RewardScoring scoring = new RewardScoring(rows, scorer);
      RewardSummary summary =
          scoring.run(
              reward -> {
                turns.requireNotInterrupted();
                rewards.accept(reward);
              });
      if (summary.rows() == 0) {
        throw new DataException(loading.all().files() + " has no rows; write the rows again");
      }
      return summary;
    }
  }

  /** Waits for the call that runs; those that wait for their turn fail. */
  @Override
  public void close() {
    turns.close(wiring::close);
  }
}
