package dev.fettle.spi;

import java.io.Serial;
import java.util.List;

/** A backend has no kernel for parts of a program. Lists all of them, each with its origin. */
public final class UnsupportedProgramException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /** An error naming the backend, the program and every problem. */
  public UnsupportedProgramException(String backend, String program, List<String> problems) {
    super(
        backend
            + " cannot run program "
            + program
            + ": "
            + String.join("; ", problems)
            + ". Choose another backend or precision.");
    this.problems = List.copyOf(problems);
  }

  /** Every problem, one a line. */
  public List<String> problems() {
    return problems;
  }
}
