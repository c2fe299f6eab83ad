package dev.fettle.jinja;

/** A template that does not parse, does not evaluate, or calls {@code raise_exception}. */
public final class TemplateException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String reason;
  private final int line;

  TemplateException(String reason) {
    this(reason, 0);
  }

  TemplateException(String reason, int line) {
    super(line > 0 ? "line " + line + ": " + reason : reason);
    this.reason = reason;
    this.line = line;
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
    return located;
  }
}
