package dev.fettle.harness.wiring;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import java.util.List;
import java.util.Optional;

/** An object graph made by strict Guice, and what it has opened. */
public final class Wiring implements AutoCloseable {
  private final Resources resources = new Resources();
  private final Injector injector;

  /** A graph of its own. */
  public Wiring(List<Module> modules) {
    this(Optional.empty(), modules);
  }

  /**
   * A graph that may use what an application binds.
   *
   * @param application whose child the injector is, if there is one
   */
  public Wiring(Optional<Injector> application, List<Module> modules) {
    Module strict =
        new AbstractModule() {
          @Override
          protected void configure() {
            binder().requireExactBindingAnnotations();
            binder().requireAtInjectOnConstructors();
            binder().requireExplicitBindings();
            binder().disableCircularProxies();
            bind(Resources.class).toInstance(resources);
            modules.forEach(this::install);
          }
        };
    injector =
        application
            .map(parent -> parent.createChildInjector(strict))
            .orElseGet(() -> Guice.createInjector(Stage.DEVELOPMENT, strict));
  }

  /** An object of the graph; what it needs is made on the way. Its maker's own errors come out. */
  public <T> T get(Class<T> type) {
    return get(Key.get(type));
  }

  /** The same for a generic type. */
  public <T> T get(Key<T> key) {
    try {
      return injector.getInstance(key);
    } catch (ProvisionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    resources.close();
  }
}
