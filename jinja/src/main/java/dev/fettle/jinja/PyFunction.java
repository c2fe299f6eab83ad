package dev.fettle.jinja;

/** Something a template can call: a macro, or a method or global function. */
sealed interface PyFunction permits Macro, Calls.Bound {

  Object call(Arguments arguments);
}
