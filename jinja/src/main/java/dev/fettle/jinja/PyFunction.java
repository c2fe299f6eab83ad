package dev.fettle.jinja;

/** Something a template can call: a macro, a global function, a bound method. */
@FunctionalInterface
interface PyFunction {

  Object call(Arguments arguments);
}
