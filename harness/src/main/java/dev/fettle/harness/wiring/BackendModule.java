package dev.fettle.harness.wiring;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import java.nio.file.Path;
import java.util.Optional;

/** Binds the backend the configuration chooses. */
public final class BackendModule extends AbstractModule {
  private final BackendSettings settings;
  private final Optional<Path> dumpGraphs;

  public BackendModule(BackendSettings settings, Optional<Path> dumpGraphs) {
    this.settings = settings;
    this.dumpGraphs = dumpGraphs;
  }

  @Provides
  @Singleton
  Backends backends() {
    return Backends.discover();
  }

  @Provides
  @Singleton
  BackendProvider provider(Backends backends) {
    return backends.provider(settings.id());
  }

  @Provides
  @Singleton
  Backend backend(Backends backends, Resources resources) {
    return resources.own(backends.open(settings));
  }

  @Provides
  @Singleton
  ProgramCache programs(Backend backend, CompileOptions compile, Resources resources) {
    return resources.own(new ProgramCache(backend, compile));
  }

  @Provides
  @Singleton
  CompileOptions compileOptions() {
    return dumpGraphs.map(CompileOptions.DEFAULT::dumpingTo).orElse(CompileOptions.DEFAULT);
  }
}
