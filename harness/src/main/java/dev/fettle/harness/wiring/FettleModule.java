package dev.fettle.harness.wiring;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.Order;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.run.RunData;
import dev.fettle.harness.run.RunData.RunRows;
import dev.fettle.harness.run.RunDirectory;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingRun;
import dev.fettle.objective.Objective;
import dev.fettle.objective.Sft;
import dev.fettle.optim.Optimizer;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.train.Policy;
import dev.fettle.train.Stepper;

/**
 * The object graph of a training run, from its configuration to its loop. What an algorithm is made
 * of is chosen here and nowhere else.
 */
public final class FettleModule extends AbstractModule {
  private final RunConfig config;
  private final RunOptions options;

  /** The graph of one run. */
  public FettleModule(RunConfig config, RunOptions options) {
    this.config = config;
    this.options = options;
  }

  @Override
  protected void configure() {
    install(new BackendModule(config.backend(), options.dumpGraphs()));
    install(new ModelModule(config.model(), config.run().seed()));
    bind(RunConfig.class).toInstance(config);
    bind(RunOptions.class).toInstance(options);
    bind(RunDirectory.class).toInstance(new RunDirectory(config.run().directory()));
    bind(TrainingRun.Parts.class);
    bind(TrainingRun.class);
  }

  @Provides
  @Singleton
  RowLoading rowLoading(ModelFiles files) {
    return new RowLoading(
        config.data(),
        config.algorithm(),
        files,
        options.terminal(),
        config.backend().toOptions().effectiveThreads());
  }

  @Provides
  @Singleton
  RunData data(RowLoading rows) {
    return RunData.load(
        rows,
        new RunRows(config.data().train(), config.data().eval(), config.train().microBatchSize()));
  }

  @Provides
  @Singleton
  BatchSource source(RunData data, Resources resources) {
    boolean shuffle = config.data().shuffle();
    Order order = shuffle ? Order.shuffled(config.run().seed()) : Order.inOrder();
    return resources.own(
        BatchSource.of(
            data.train(),
            new BatchOptions(
                config.train().batchSize(),
                config.train().microBatchSize(),
                config.data().dropLast(),
                order,
                BatchOptions.DEFAULT_PREFETCH)));
  }

  @Provides
  @Singleton
  Objective<MicroBatch> objective(RunData data, Backend backend) {
    return backend.capabilities().programsShareMemory()
        ? new Sft()
        : new Sft(data.train().usualTargets(config.train().microBatchSize()));
  }

  @Provides
  @Singleton
  Optimizer optimizer() {
    return config.optimizer().toOptimizer();
  }

  @Provides
  @Singleton
  Stepper<MicroBatch> stepper(
      Policy policy,
      Objective<MicroBatch> objective,
      Optimizer optimizer,
      CompileOptions compile,
      Resources resources) {
    return resources.own(
        new Stepper<>(policy, objective, optimizer, config.optimizer().clipNorm(), compile));
  }
}
