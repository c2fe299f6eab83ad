package dev.fettle.harness.wiring;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.RunCache;
import dev.fettle.algorithm.RunLength;
import dev.fettle.algorithm.RunRewards;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.RunSeed;
import dev.fettle.algorithm.RunSite;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.Order;
import dev.fettle.data.store.RowCache;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.model.RunRewardModels;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.run.RunDirectory;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunPlace;
import dev.fettle.harness.run.RunWarnings;
import dev.fettle.sample.StopTokens;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.spi.Backend;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Optional;

/**
 * What a training run offers its algorithm, and the algorithm's own module beside it. Nothing here
 * knows which algorithm that is.
 */
public final class RunModule extends AbstractModule {
  private final RunConfig config;
  private final RunOptions options;

  /** The graph of one run. */
  public RunModule(RunConfig config, RunOptions options) {
    this.config = config;
    this.options = options;
  }

  @Override
  protected void configure() {
    install(new BackendModule(config.backend(), options.dumpGraphs()));
    install(new ModelModule(config.model(), config.run().seed(), config.tokenizer().changes()));
    bind(RunConfig.class).toInstance(config);
    bind(RunOptions.class).toInstance(options);
    bind(RunWarnings.class).toInstance(new RunWarnings(options.terminal()));
    bind(RunSeed.class).toInstance(new RunSeed(config.run().seed()));
    install(module(options.algorithms().of(config.algorithm()), config.algorithm()));
  }

  /** Its settings were read by the algorithm's own keys, so they are of its type. */
  @SuppressWarnings("unchecked")
  private static <S extends AlgorithmSettings> Module module(
      Algorithm<S, ?> algorithm, AlgorithmSettings settings) {
    return algorithm.module((S) settings);
  }

  @Provides
  @Singleton
  RowLoading rowLoading(ModelFiles files, RunWarnings warnings) {
    return new RowLoading(
        config.data(),
        files,
        new RowLoading.Means(
            options.terminal(),
            warnings,
            config.backend().toOptions().effectiveThreads(),
            config.run().seed(),
            Optional.of(new RowCache(cache().directory()))));
  }

  @Provides
  RunCache cache() {
    return new RunCache(new RunDirectory(config.run().directory()).cache());
  }

  @Provides
  RunSite site(RunWarnings warnings) {
    return new RunPlace(
        new RunDirectory(config.run().directory()).path(),
        options.terminal(),
        warnings,
        options.stopRequested());
  }

  @Provides
  StopTokens stops(RowLoading loading) {
    return loading.stops();
  }

  @Provides
  RunLength length() {
    return config.train().length();
  }

  @Provides
  RunRows rows(RowLoading loading) {
    return loading;
  }

  @Provides
  @Singleton
  RunRewards rewards(
      Backend backend,
      ProgramCache programs,
      Resources resources,
      ModelFiles files,
      RunWarnings warnings) {
    RunRewardModels.Place place = new RunRewardModels.Place(backend, programs, resources);
    return new RunRewardModels(options.rewards(), place, files, warnings);
  }

  @Provides
  Optional<Tokenizer> tokenizer(ModelFiles files) {
    return files.tokenizer();
  }

  @Provides
  BatchOptions batches() {
    boolean shuffle = config.data().shuffle();
    return new BatchOptions(
        config.train().batchSize(),
        config.train().microBatchSize(),
        config.data().dropLast(),
        shuffle ? Order.shuffled(config.run().seed()) : Order.inOrder(),
        BatchOptions.DEFAULT_PREFETCH);
  }
}
