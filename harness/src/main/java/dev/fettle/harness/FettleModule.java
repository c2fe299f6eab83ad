package dev.fettle.harness;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.Multibinder;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.Algorithms;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.reward.RewardKind;
import dev.fettle.reward.Rewards;
import dev.fettle.train.TrainingListener;
import java.util.Set;

/**
 * A run in an application's own injector, which binds {@link Fettle}.
 *
 * <pre>{@code
 * Injector injector = Guice.createInjector(new FettleModule(config), new ApplicationModule());
 * TrainingReport report = injector.getInstance(Fettle.class).train();
 * }</pre>
 *
 * <p>What the application binds in the sets {@code Multibinder<TrainingListener>}, {@code
 * Multibinder<Algorithm<?, ?>>} and {@code Multibinder<RewardKind<?>>} takes part. Each run has a
 * child injector, so whatever an algorithm's module binds can ask for the application's services;
 * the application must not bind what a run binds itself, such as {@link RunConfig} or a backend.
 * Guice closes nothing: the application closes {@link Fettle}.
 */
public final class FettleModule extends AbstractModule {
  private final RunConfig config;
  private final RunOptions options;

  /** A run that shows nothing. */
  public FettleModule(RunConfig config) {
    this(config, RunOptions.quiet());
  }

  /** A run, carried out as the options say and with what the application binds. */
  public FettleModule(RunConfig config, RunOptions options) {
    this.config = config;
    this.options = options;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), TrainingListener.class);
    Multibinder.newSetBinder(binder(), new TypeLiteral<Algorithm<?, ?>>() {});
    Multibinder.newSetBinder(binder(), new TypeLiteral<RewardKind<?>>() {});
  }

  @Provides
  @Singleton
  Fettle fettle(
      Injector application,
      Set<TrainingListener> listeners,
      Set<Algorithm<?, ?>> bound,
      Set<RewardKind<?>> kinds) {
    Algorithms algorithms = options.algorithms();
    for (Algorithm<?, ?> algorithm : bound) {
      algorithms = algorithms.replacing(algorithm);
    }
    Rewards rewards = options.rewards();
    for (RewardKind<?> kind : kinds) {
      rewards = rewards.replacing(kind);
    }
    RunOptions all = options.withAlgorithms(algorithms).withRewards(rewards);
    for (TrainingListener listener : listeners) {
      all = all.toldTo(listener);
    }
    return Fettle.within(application, config, all);
  }
}
