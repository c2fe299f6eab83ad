package dev.fettle.harness.run;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the user of a run should know and did not ask for: many rows dropped, a setting without
 * effect. Each warning is told once, to the log and on the terminal, and stands in the report.
 *
 * <p>A warning is a sentence without its full stop: what is so, and what to do about it. Used by
 * any thread.
 */
public final class RunWarnings {
  private static final Logger LOG = LoggerFactory.getLogger(RunWarnings.class);

  private final Terminal terminal;
  private final Set<String> told = new LinkedHashSet<>();

  /** Collects for a run that shows itself there. */
  public RunWarnings(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Tells the user, unless he has been told. */
  public synchronized void add(String warning) {
    if (told.add(warning)) {
      LOG.warn("{}", warning);
      terminal.out().println("warning: " + warning);
      terminal.out().flush();
    }
  }

  /** Tells of each. */
  public void addAll(List<String> warnings) {
    warnings.forEach(this::add);
  }

  /** All so far, in their order. */
  public synchronized List<String> all() {
    return new ArrayList<>(told);
  }
}
