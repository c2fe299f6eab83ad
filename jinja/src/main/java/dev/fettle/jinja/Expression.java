package dev.fettle.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A piece of a template that has a value. Each kind evaluates itself. */
sealed interface Expression {

  /** Evaluates, within the bounds of the rendering. */
  default Object eval(Frame frame) {
    Bounds bounds = frame.bounds();
    bounds.enter();
    Object value = bounds.checked(value(frame));
    bounds.leave();
    return value;
  }

  /** What {@link #eval} gives; nobody else calls it. */
  Object value(Frame frame);

  /** A value written in the template. */
  record Literal(Object constant) implements Expression {
    @Override
    public Object value(Frame frame) {
      return constant;
    }
  }

  /** A variable. */
  record Name(String name) implements Expression {
    @Override
    public Object value(Frame frame) {
      return frame.get(name);
    }
  }

  /** {@code [a, b]}, or {@code (a, b)} for a tuple. */
  record Sequence(List<Expression> items, boolean tuple) implements Expression {
    @Override
    public Object value(Frame frame) {
      Items values = new Items(frame.bounds());
      for (Expression item : items) {
        values.add(item.eval(frame));
      }
      return tuple ? values.tuple() : values.list();
    }
  }

  /** One entry of a {@link Dictionary}. */
  record Entry(Expression key, Expression value) {}

  /** A dictionary, keys and values. */
  record Dictionary(List<Entry> entries) implements Expression {
    @Override
    public Object value(Frame frame) {
      PyDict dict = new PyDict();
      for (Entry entry : entries) {
        dict.put(frame.bounds(), entry.key().eval(frame), entry.value().eval(frame));
      }
      return dict;
    }
  }

  /** {@code owner.name}. */
  record Attribute(Expression owner, String name) implements Expression {
    @Override
    public Object value(Frame frame) {
      return Attributes.attribute(frame.bounds(), owner.eval(frame), name);
    }
  }

  /** {@code owner[key]}. */
  record Item(Expression owner, Expression key) implements Expression {
    @Override
    public Object value(Frame frame) {
      return Attributes.item(frame.bounds(), owner.eval(frame), key.eval(frame));
    }
  }

  /** {@code owner[start:stop:step]}; a part left out is the literal None. */
  record Slice(Expression owner, Expression start, Expression stop, Expression step)
      implements Expression {
    @Override
    public Object value(Frame frame) {
      return Attributes.slice(
          frame.bounds(),
          owner.eval(frame),
          List.of(start.eval(frame), stop.eval(frame), step.eval(frame)));
    }
  }

  /** {@code not a}. */
  record Not(Expression operand) implements Expression {
    @Override
    public Object value(Frame frame) {
      return !Values.truth(operand.eval(frame));
    }
  }

  /** {@code -a}. */
  record Negative(Expression operand) implements Expression {
    @Override
    public Object value(Frame frame) {
      return Arithmetic.negate(operand.eval(frame));
    }
  }

  /** {@code a and b}, {@code a or b}: the value of one of them, as in Python. */
  record Logical(boolean and, Expression left, Expression right) implements Expression {
    @Override
    public Object value(Frame frame) {
      Object value = left.eval(frame);
      return Values.truth(value) == and ? right.eval(frame) : value;
    }
  }

  /** {@code + - * / // % **}. */
  record Binary(String operator, Expression left, Expression right) implements Expression {
    @Override
    public Object value(Frame frame) {
      return Arithmetic.apply(frame.bounds(), operator, left.eval(frame), right.eval(frame));
    }
  }

  /** {@code a ~ b ~ c}: all as text. */
  record Concat(List<Expression> parts) implements Expression {
    @Override
    public Object value(Frame frame) {
      Text text = new Text(frame.bounds());
      for (Expression part : parts) {
        text.append(Repr.str(frame.bounds(), part.eval(frame)));
      }
      return text.toString();
    }
  }

  /** One {@code < b} of a {@link Comparison}. */
  record Operand(String operator, Expression value) {}

  /** {@code a < b <= c}: true if every neighbouring pair is. */
  record Comparison(Expression first, List<Operand> rest) implements Expression {
    @Override
    public Object value(Frame frame) {
      Object left = first.eval(frame);
      for (Operand operand : rest) {
        Object right = operand.value().eval(frame);
        if (!Predicates.compare(frame.bounds(), operand.operator(), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    }
  }

  /** {@code a if test else b}; undefined where the test fails and there is no else. */
  record Conditional(Expression test, Expression then, @Nullable Expression otherwise)
      implements Expression {
    @Override
    public Object value(Frame frame) {
      if (Values.truth(test.eval(frame))) {
        return then.eval(frame);
      }
      return otherwise == null
          ? Undefined.name(
              "the inline if-expression evaluated to false and no else section was defined.")
          : otherwise.eval(frame);
    }
  }

  /**
   * The arguments of a call as written.
   *
   * @param spread {@code *list}, or null
   * @param spreadNamed {@code **map}, or null
   */
  record CallArguments(
      List<Expression> positional,
      Map<String, Expression> named,
      @Nullable Expression spread,
      @Nullable Expression spreadNamed) {

    static final CallArguments NONE = new CallArguments(List.of(), Map.of(), null, null);

    Arguments eval(Frame frame) {
      Bounds bounds = frame.bounds();
      Items values = new Items(bounds);
      for (Expression argument : positional) {
        values.add(argument.eval(frame));
      }
      if (spread != null) {
        values.addAll(Values.iterate(bounds, spread.eval(frame)));
      }
      Map<String, Object> byName = new LinkedHashMap<>();
      named.forEach((name, argument) -> byName.put(name, argument.eval(frame)));
      if (spreadNamed != null && spreadNamed.eval(frame) instanceof PyDict dict) {
        bounds.growItems(byName.size(), dict.size(), Bounds.ENTRY);
        dict.entries().forEach(e -> byName.put(Values.asString(e.getKey().shown()), e.getValue()));
      }
      return new Arguments(bounds, values.list(), byName);
    }
  }

  /** {@code f(a, b=c)}. */
  record Call(Expression callee, CallArguments arguments) implements Expression {
    @Override
    public Object value(Frame frame) {
      Object function = callee.eval(frame);
      Values.requireDefined(function);
      if (function instanceof PyFunction callable) {
        return callable.call(arguments.eval(frame));
      }
      throw new TemplateException(
          Repr.quoted(Values.typeName(function)) + " object is not callable");
    }
  }

  /** {@code value | name(arguments)}. */
  record Filtered(Expression operand, String name, CallArguments arguments) implements Expression {
    @Override
    public Object value(Frame frame) {
      return Filters.apply(name, operand.eval(frame), arguments.eval(frame));
    }
  }

  /** {@code value is name(arguments)}. */
  record Tested(Expression operand, String name, CallArguments arguments) implements Expression {
    @Override
    public Object value(Frame frame) {
      return Predicates.test(name, operand.eval(frame), arguments.eval(frame));
    }
  }
}
