package dev.fettle.bestof;

import dev.fettle.sample.SamplePrompt;
import java.util.List;
import java.util.Optional;

/**
 * A prompt with its answers, of which the best is chosen.
 *
 * @param prompt what was asked
 * @param candidates in the order in which they were sampled, at least one
 */
public record Choice(SamplePrompt prompt, List<Candidate> candidates) {

  /** Copies the list. */
  public Choice {
    candidates = List.copyOf(candidates);
  }

  /** The candidate of the highest reward, of several the first; none where none has a reward. */
  public Optional<Candidate> best() {
    Candidate best = null;
    for (Candidate c : candidates) {
      if (c.isScored() && (best == null || c.reward() > best.reward())) {
        best = c;
      }
    }
    return Optional.ofNullable(best);
  }
}
