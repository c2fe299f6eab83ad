package dev.fettle.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function written in the template. Its text is its value.
 *
 * @param signature its name and parameters
 * @param body what it runs
 * @param around the scope it was defined in
 */
record Macro(Signature signature, List<Statement> body, Frame around) implements PyFunction {

  /** A parameter; without a default it may be left out too, and is then undefined. */
  record Parameter(String name, @Nullable Expression otherwise) {}

  /**
   * @param takesMore whether the body uses {@code varargs}
   * @param takesMoreNamed whether it uses {@code kwargs}
   */
  record Signature(
      String name, List<Parameter> parameters, boolean takesMore, boolean takesMoreNamed) {}

  @Override
  public Object call(Arguments arguments) {
    Bounds bounds = arguments.bounds();
    bounds.spend(2L * Bounds.CALL + arguments.positional().size() + arguments.named().size());
    Frame frame = around.child();
    Map<String, Object> unclaimed = new LinkedHashMap<>(arguments.named());
    List<Parameter> parameters = signature.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Object given = arguments.find(i, parameter.name());
      unclaimed.remove(parameter.name());
      if (given == null) {
        given =
            parameter.otherwise() == null
                ? Undefined.name(parameter.name())
                : parameter.otherwise().eval(frame);
      }
      frame.set(parameter.name(), given);
    }
    Object caller = unclaimed.remove("caller");
    if (caller != null) {
      frame.set("caller", caller);
    }
    extras(frame, arguments.after(parameters.size()).positional(), unclaimed);
    return Statement.capture(body, frame);
  }

  /** A macro is only equal to itself, however it is written. */
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  private void extras(Frame frame, List<Object> positional, Map<String, Object> named) {
    if (!positional.isEmpty() && !signature.takesMore()) {
      throw new TemplateException(
          "macro '%s' takes not more than %d argument(s)"
              .formatted(signature.name(), signature.parameters().size()));
    }
    if (!named.isEmpty() && !signature.takesMoreNamed()) {
      throw new TemplateException(
          "macro '%s' takes no keyword argument '%s'"
              .formatted(signature.name(), named.keySet().iterator().next()));
    }
    if (signature.takesMore()) {
      frame.set("varargs", new Items(frame.bounds()).addAll(positional).tuple());
    }
    if (signature.takesMoreNamed()) {
      PyDict more = new PyDict();
      named.forEach((name, value) -> more.put(frame.bounds(), name, value));
      frame.set("kwargs", more);
    }
  }

  /** {@code macro name(parameters)} ... {@code endmacro}. */
  record Definition(int line, Signature signature, List<Statement> body) implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      frame.set(signature.name(), new Macro(signature, body, frame));
      return Flow.ON;
    }
  }

  /**
   * {@code call(parameters) f(arguments)} ... {@code endcall}: the body is the callee's {@code
   * caller}.
   */
  record CallBlock(int line, Signature signature, Expression.Call call, List<Statement> body)
      implements Statement {
    @Override
    public Flow run(Frame frame, Output out) {
      Object function = call.callee().eval(frame);
      Arguments arguments = call.arguments().eval(frame);
      arguments.named().put("caller", new Macro(signature, body, frame));
      if (!(function instanceof PyFunction callable)) {
        throw new TemplateException(
            "call block: " + Repr.repr(frame.bounds(), function) + " is not callable");
      }
      out.write(Repr.str(frame.bounds(), callable.call(arguments)));
      return Flow.ON;
    }
  }
}
