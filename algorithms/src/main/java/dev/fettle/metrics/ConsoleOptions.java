package dev.fettle.metrics;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/**
 * How a run shows itself on the console.
 *
 * @param totalSteps optimizer steps in the whole run
 * @param startStep steps done before, by the run this one resumes; else 0
 * @param every without a terminal, a line for every so many steps; at least 1
 * @param interactive whether a person watches: a progress bar in place of lines
 */
public record ConsoleOptions(long totalSteps, long startStep, long every, boolean interactive) {

  /** Checks the ranges. */
  public ConsoleOptions {
    if (totalSteps < 1 || startStep < 0 || every < 1) {
      throw new IllegalArgumentException(
          "not a run: " + totalSteps + " steps from " + startStep + ", a line every " + every);
    }
  }

  /** Whether standard output is a terminal, as far as this JDK can tell. */
  @SuppressWarnings("SystemConsoleNull") // what newer JDKs say instead is asked below
  public static boolean terminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Since JDK 22 there is always a console, and it says itself whether it is a terminal.
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }
}
