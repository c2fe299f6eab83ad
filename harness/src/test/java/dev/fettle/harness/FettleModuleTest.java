package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.Multibinder;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.sft.SftAlgorithm;
import dev.fettle.algorithm.sft.SftSettings;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.settings.Keys;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run inside an application's injector. */
class FettleModuleTest {
  @TempDir private Path dir;
  private RunConfig config;

  /** A service of the application. */
  @Singleton
  static final class Audit {
    private final List<String> entries = new ArrayList<>();

    @Inject
    Audit() {}
  }

  /** Needs the application's service. */
  static final class AuditedSteps implements TrainingListener {
    private final Audit audit;

    @Inject
    AuditedSteps(Audit audit) {
      this.audit = audit;
    }

    @Override
    public void onStep(StepEvent event) {
      audit.entries.add("step " + event.step());
    }
  }

  /** Part of an algorithm's graph that needs the application's service. */
  static final class AuditedRows {
    @Inject
    AuditedRows(Audit audit) {
      audit.entries.add("algorithm");
    }
  }

  /** Supervised fine-tuning whose module asks for more. */
  private record AuditedSft(SftAlgorithm plain) implements Algorithm<SftSettings, MicroBatch> {
    @Override
    public String type() {
      return plain.type();
    }

    @Override
    public Keys<SftSettings> keys() {
      return plain.keys();
    }

    @Override
    public Module module(SftSettings settings) {
      return new AbstractModule() {
        @Override
        protected void configure() {
          install(plain.module(settings));
          bind(AuditedRows.class).asEagerSingleton();
        }
      };
    }
  }

  @BeforeEach
  void configure() {
    config = Tiny.in(dir).config("injected").set("train.steps", 2).build();
  }

  private Injector application() {
    return Guice.createInjector(
        new FettleModule(config),
        new AbstractModule() {
          @Override
          protected void configure() {
            bind(Audit.class);
            Multibinder.newSetBinder(binder(), TrainingListener.class)
                .addBinding()
                .to(AuditedSteps.class);
            Multibinder.newSetBinder(binder(), new TypeLiteral<Algorithm<?, ?>>() {})
                .addBinding()
                .toInstance(new AuditedSft(new SftAlgorithm()));
          }
        });
  }

  @Test
  void listenersAndAlgorithmsUseTheApplicationsServices() {
    Injector application = application();
    try (Fettle fettle = application.getInstance(Fettle.class)) {
      assertThat(fettle.train().outcome()).isEqualTo(Outcome.FINISHED);
      assertThat(application.getInstance(Audit.class).entries)
          .containsExactly("algorithm", "step 1", "step 2");
      // Another run of the same injector has a graph of its own.
      assertThat(fettle.resume().outcome()).isEqualTo(Outcome.FINISHED_BEFORE);
    }
    assertThat(application.getInstance(Fettle.class))
        .isSameAs(application.getInstance(Fettle.class));
  }

  @Test
  void anApplicationThatBindsNothingCanTrain() {
    try (Fettle fettle = Guice.createInjector(new FettleModule(config)).getInstance(Fettle.class)) {
      assertThat(fettle.train().outcome()).isEqualTo(Outcome.FINISHED);
    }
  }
}
