package dev.fettle.harness.wiring;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.model.PolicyLoader;
import dev.fettle.spi.Backend;
import dev.fettle.train.Policy;

/** Binds the model directory, and the policy on the backend. */
public final class ModelModule extends AbstractModule {
  private final ModelSettings settings;
  private final long seed;

  public ModelModule(ModelSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
  }

  @Override
  protected void configure() {
    bind(ModelSettings.class).toInstance(settings);
  }

  @Provides
  @Singleton
  ModelFiles files(Resources resources) {
    return resources.own(ModelFiles.open(settings.directory()));
  }

  @Provides
  @Singleton
  Policy policy(Backend backend, ModelFiles files, Resources resources) {
    return resources.own(PolicyLoader.load(backend, files, settings, seed));
  }
}
