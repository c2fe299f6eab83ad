package dev.fettle.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C and termination: the first asks the run to stop after the step it is at, the second ends
 * the process at once.
 *
 * <p>Signals have no public API; sun.misc.Signal, which every JDK has in module jdk.unsupported, is
 * called by reflection, so that the build needs no exception for it. Where it is missing, Ctrl-C
 * ends the process as usual, and the last checkpoint stays.
 */
final class StopSignal implements BooleanSupplier {
  private static final List<String> SIGNALS = List.of("INT", "TERM");

  private final AtomicInteger received = new AtomicInteger();
  private final Runnable onFirst;

  StopSignal(Runnable onFirst) {
    this.onFirst = onFirst;
  }

  /** Begins to listen. */
  StopSignal install() {
    for (String name : SIGNALS) {
      try {
        listen(name);
      } catch (ClassNotFoundException
          | NoSuchMethodException
          | InstantiationException
          | IllegalAccessException
          | InvocationTargetException e) {
        return this;
      }
    }
    return this;
  }

  private void listen(String name)
      throws ClassNotFoundException,
          NoSuchMethodException,
          InstantiationException,
          IllegalAccessException,
          InvocationTargetException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object mine =
        Proxy.newProxyInstance(
            StopSignal.class.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, args) -> {
              if (method.getName().equals("handle")) {
                receive();
              }
              return method.getReturnType() == int.class
                  ? System.identityHashCode(proxy)
                  : method.getReturnType() == boolean.class ? proxy == args[0] : null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), mine);
  }

  private void receive() {
    if (received.incrementAndGet() == 1) {
      onFirst.run();
    } else {
      Runtime.getRuntime().halt(Main.STOPPED);
    }
  }

  @Override
  public boolean getAsBoolean() {
    return received.get() > 0;
  }
}
