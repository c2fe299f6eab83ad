package dev.fettle.algorithm;

import dev.fettle.metrics.ProgressBars.Bar;
import dev.fettle.metrics.ProgressBars.Work;
import java.nio.file.Path;

/**
 * Where a run works, for an algorithm that does more between two steps than waiting for rows: that
 * samples, and keeps what it sampled.
 */
public interface RunSite {

  /** The run's directory, in which an algorithm may have one of its own. */
  Path directory();

  /** Where its checkpoints are, for an algorithm that keeps what they need. */
  default Path checkpoints() {
    return directory().resolve("checkpoints");
  }

  /** Begins to show work on the terminal, or nowhere where nobody watches; close it. */
  Bar show(Work work);

  /** Tells whoever follows the run something that is no warning: a line on the terminal. */
  void tell(String line);

  /** Tells the user what he should know and did not ask for, once. */
  void warn(String warning);

  /**
   * To be asked often during long work, which is begun again by the resumed run.
   *
   * @throws java.util.concurrent.CancellationException if someone asked the run to stop, or
   *     interrupted it
   */
  void requireGoingOn();
}
