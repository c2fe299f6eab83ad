package dev.fettle.jinja;

/**
 * The one way to call anything: filters, tests, methods, functions and macros. What a call is given
 * is paid for before it runs, so one that works in proportion to it need not count.
 */
final class Calls {

  private Calls() {}

  /** Something to call on a value; a function has none and gets {@link None}. */
  @FunctionalInterface
  interface Callable {
    Object call(Object self, Arguments arguments);
  }

  /** A method of a value, or a function, which a template may keep and call later. */
  record Bound(Object self, Callable callable) implements PyFunction {

    static Bound function(Callable callable) {
      return new Bound(None.NONE, callable);
    }

    @Override
    public Object call(Arguments arguments) {
      return Calls.call(callable, self, arguments);
    }
  }

  static Object call(Callable callable, Object self, Arguments arguments) {
    Bounds bounds = arguments.bounds();
    bounds.spend(Bounds.CALL);
    bounds.read(self);
    for (Object argument : arguments.positional()) {
      bounds.spend(1);
      bounds.read(argument);
    }
    for (Object argument : arguments.named().values()) {
      bounds.spend(1);
      bounds.read(argument);
    }
    Object result = bounds.checked(callable.call(self, arguments));
    if (result instanceof String text && result != self) {
      bounds.made(text.length());
    }
    return result;
  }
}
