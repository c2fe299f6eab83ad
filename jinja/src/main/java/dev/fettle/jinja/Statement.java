package dev.fettle.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of a template that does something: writes, decides, repeats, sets. */
sealed interface Statement permits Statement.Simple, Macro.Definition, Macro.CallBlock {

  /** How a statement ends. */
  enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  /** The line of the template it starts on. */
  int line();

  Flow run(Frame frame, Output out);

  /**
   * Runs statements in turn. Every error leaves here as the declared one, with the line of the
   * statement it came from.
   */
  static Flow runAll(List<Statement> statements, Frame frame, Output out) {
    for (Statement statement : statements) {
      try {
        frame.bounds().enter();
        Flow flow = statement.run(frame, out);
        frame.bounds().leave();
        if (flow != Flow.ON) {
          return flow;
        }
      } catch (TemplateException e) {
        throw e.at(statement.line());
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw TemplateException.unforeseen(e).at(statement.line());
      }
    }
    return Flow.ON;
  }

  /** Runs statements for their text alone. */
  static String capture(List<Statement> statements, Frame frame) {
    Output captured = Output.captured(frame.bounds());
    runAll(statements, frame, captured);
    return captured.toString();
  }

  /** All but macros. */
  sealed interface Simple extends Statement {}

  /** Text outside tags. */
  record Text(int line, String text) implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      out.write(text);
      return Flow.ON;
    }
  }

  /** A tag that prints. */
  record Print(int line, Expression value) implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      out.write(Repr.str(frame.bounds(), value.eval(frame)));
      return Flow.ON;
    }
  }

  /** One branch of {@link If}. */
  record Branch(int line, Expression test, List<Statement> body) {}

  /** {@code if}, {@code elif}, {@code else}; its branches share the scope around it. */
  record If(int line, List<Branch> branches, List<Statement> otherwise) implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      for (Branch branch : branches) {
        if (holds(branch, frame)) {
          return runAll(branch.body(), frame, out);
        }
      }
      return runAll(otherwise, frame, out);
    }

    private static boolean holds(Branch branch, Frame frame) {
      try {
        return Values.truth(branch.test().eval(frame));
      } catch (TemplateException e) {
        throw e.at(branch.line());
      }
    }
  }

  /** {@code for target in items if filter}, with a scope of its own for each round. */
  record For(
      int line,
      Target target,
      Expression items,
      @Nullable Expression filter,
      List<Statement> body,
      List<Statement> otherwise)
      implements Simple {

    @Override
    public Flow run(Frame frame, Output out) {
      List<Object> rounds = rounds(frame);
      if (rounds.isEmpty()) {
        return runAll(otherwise, frame.child(), out);
      }
      LoopState loop = new LoopState(rounds);
      for (int i = 0; i < rounds.size(); i++) {
        frame.bounds().spend(Bounds.ROUND);
        loop.moveTo(i);
        Frame inner = frame.child();
        inner.set("loop", loop);
        target.assign(inner, rounds.get(i));
        if (runAll(body, inner, out) == Flow.BREAK) {
          break;
        }
      }
      return Flow.ON;
    }

    private List<Object> rounds(Frame frame) {
      List<Object> all = Values.iterate(frame.bounds(), items.eval(frame));
      if (filter == null) {
        return all;
      }
      Items kept = new Items(frame.bounds());
      for (Object item : all) {
        frame.bounds().spend(Bounds.ROUND);
        Frame inner = frame.child();
        target.assign(inner, item);
        if (Values.truth(filter.eval(inner))) {
          kept.add(item);
        }
      }
      return kept.list();
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(int line, Flow flow) implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      return flow;
    }
  }

  /** {@code set target = value}. */
  record Assign(int line, Target target, Expression value) implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      target.assign(frame, value.eval(frame));
      return Flow.ON;
    }
  }

  /** One filter after another. */
  record FilterCall(String name, Expression.CallArguments arguments) {}

  private static Object filtered(String text, List<FilterCall> filters, Frame frame) {
    Object value = text;
    for (FilterCall filter : filters) {
      value = Filters.apply(filter.name(), value, filter.arguments().eval(frame));
    }
    return value;
  }

  /** {@code set target} ... {@code endset}. */
  record AssignBlock(int line, Target target, List<FilterCall> filters, List<Statement> body)
      implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      target.assign(frame, filtered(capture(body, frame.child()), filters, frame));
      return Flow.ON;
    }
  }

  /** {@code filter name} ... {@code endfilter}. */
  record FilterBlock(int line, List<FilterCall> filters, List<Statement> body) implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      out.write(Repr.str(frame.bounds(), filtered(capture(body, frame.child()), filters, frame)));
      return Flow.ON;
    }
  }

  /** {@code with a = b} ... {@code endwith}: a scope. */
  record With(int line, List<Assign> assigns, List<Statement> body) implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      Frame inner = frame.child();
      for (Assign assign : assigns) {
        assign.target().assign(inner, assign.value().eval(frame));
      }
      return runAll(body, inner, out);
    }
  }

  /** {@code generation}: what the model is to say; its place in the text is kept. */
  record Generation(int line, List<Statement> body) implements Simple {
    @Override
    public Flow run(Frame frame, Output out) {
      int start = out.length();
      Flow flow = runAll(body, frame.child(), out);
      out.mark(start);
      return flow;
    }
  }

  /** What can stand left of {@code =}. */
  sealed interface Target {

    void assign(Frame frame, Object value);

    /** A name. */
    record Variable(String name) implements Target {
      @Override
      public void assign(Frame frame, Object value) {
        frame.set(name, value);
      }
    }

    /** {@code namespace.attribute}. */
    record Member(String namespace, String attribute) implements Target {
      @Override
      public void assign(Frame frame, Object value) {
        if (frame.get(namespace) instanceof Namespace object) {
          frame.bounds().growItems(object.values().size(), 1, Bounds.ENTRY);
          object.values().put(attribute, value);
        } else {
          throw new TemplateException("cannot assign attribute on non-namespace object");
        }
      }
    }

    /** {@code a, b}. */
    record Unpacked(List<Target> parts) implements Target {
      @Override
      public void assign(Frame frame, Object value) {
        if (!Values.isIterable(value)) {
          throw new TemplateException(
              "cannot unpack non-iterable " + Values.typeName(value) + " object");
        }
        List<Object> values = Values.iterate(frame.bounds(), value);
        if (values.size() != parts.size()) {
          throw new TemplateException(
              values.size() < parts.size()
                  ? "not enough values to unpack (expected %d, got %d)"
                      .formatted(parts.size(), values.size())
                  : "too many values to unpack (expected %d)".formatted(parts.size()));
        }
        for (int i = 0; i < values.size(); i++) {
          parts.get(i).assign(frame, values.get(i));
        }
      }
    }
  }
}
