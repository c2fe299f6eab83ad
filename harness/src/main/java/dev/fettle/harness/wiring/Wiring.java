package dev.fettle.harness.wiring;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import java.util.List;

/** An object graph made by strict Guice, and what it has opened. */
public final class Wiring implements AutoCloseable {
  private final Resources resources = new Resources();
  private final Injector injector;

  public Wiring(List<Module> modules) {
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
    injector = Guice.createInjector(Stage.DEVELOPMENT, strict);
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
