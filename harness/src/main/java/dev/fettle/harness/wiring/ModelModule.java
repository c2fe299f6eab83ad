package dev.fettle.harness.wiring;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.OptionalBinder;
import dev.fettle.algorithm.FinishedHeads;
import dev.fettle.algorithm.PolicyHeads;
import dev.fettle.algorithm.ReferenceModels;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.model.PolicyLoader;
import dev.fettle.harness.model.PolicyPlan;
import dev.fettle.harness.model.RunReferences;
import dev.fettle.spi.Backend;
import dev.fettle.tokenizer.TokenizerChanges;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.Optional;

/** Binds the model directory, and the policy on the backend. */
public final class ModelModule extends AbstractModule {
  private final ModelSettings settings;
  private final long seed;
  private final TokenizerChanges changes;

  /** A model as it is. */
  public ModelModule(ModelSettings settings, long seed) {
    this(settings, seed, TokenizerChanges.NONE);
  }

  /** One whose tokenizer is changed. */
  public ModelModule(ModelSettings settings, long seed, TokenizerChanges changes) {
    this.settings = settings;
    this.seed = seed;
    this.changes = changes;
  }

  @Override
  protected void configure() {
    bind(ModelSettings.class).toInstance(settings);
    OptionalBinder.newOptionalBinder(binder(), PolicyHeads.class)
        .setDefault()
        .toInstance(PolicyHeads.LANGUAGE_MODEL);
    OptionalBinder.newOptionalBinder(binder(), FinishedHeads.class)
        .setDefault()
        .toInstance(FinishedHeads.AS_THEY_WERE);
  }

  @Provides
  @Singleton
  ModelFiles files(Resources resources) {
    Optional<Path> adapter = settings.adapter().flatMap(AdapterSettings::path);
    return resources.own(ModelFiles.open(settings.directory(), adapter, changes));
  }

  @Provides
  @Singleton
  PolicyPlan plan(ModelFiles files, PolicyHeads heads) {
    return PolicyPlan.of(files, settings, heads.of().apply(files.model()));
  }

  @Provides
  @Singleton
  Policy policy(Backend backend, PolicyPlan plan, Resources resources) {
    return resources.own(PolicyLoader.load(backend, plan, seed));
  }

  @Provides
  @Singleton
  ReferenceModels references(Backend backend, PolicyPlan plan, Resources resources) {
    return new RunReferences(backend, plan, seed, resources);
  }
}
