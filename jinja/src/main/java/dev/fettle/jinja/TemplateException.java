package dev.fettle.jinja;

/** A template that does not parse, does not evaluate, or calls {@code raise_exception}. */
public final class TemplateException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final int LONGEST = 1_000;

  private final String reason;
  private final int line;

  TemplateException(String reason) {
    this(reason, 0);
  }

  TemplateException(String reason, int line) {
    super(line > 0 ? "line " + line + ": " + shortened(reason) : shortened(reason));
    this.reason = shortened(reason);
    this.line = line;
  }

  /** What the evaluator did not foresee, as the declared error. */
  static TemplateException unforeseen(Throwable cause) {
    String reason =
        cause instanceof StackOverflowError
            ? "the template's tags, calls or values lie too deep in each other: does a macro call itself without end?"
            : cause instanceof OutOfMemoryError
                ? "the template needs more memory than there is"
                : "the template does what this engine does not understand (" + cause + ")";
    TemplateException exception = new TemplateException(reason);
    exception.initCause(cause);
    return exception;
  }

  /** A template can put a text of any length into an error. */
  private static String shortened(String reason) {
    return reason.length() <= LONGEST ? reason : reason.substring(0, LONGEST) + "...";
  }

  /** What is wrong, worded as Python's Jinja words it where it has the same error. */
  public String reason() {
    return reason;
  }

  /** The line of the template, from 1; 0 where it is not known. */
  public int line() {
    return line;
  }

  /** The same error at a line, where none was known yet. */
  TemplateException at(int where) {
    if (line > 0) {
      return this;
    }
    TemplateException located = new TemplateException(reason, where);
    located.setStackTrace(getStackTrace());
    if (getCause() != null) {
      located.initCause(getCause());
    }
    return located;
  }
}
