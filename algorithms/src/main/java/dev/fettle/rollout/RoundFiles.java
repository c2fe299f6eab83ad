package dev.fettle.rollout;

import java.nio.file.Path;

/**
 * What a run keeps of a round, in {@code rounds/N/}.
 *
 * <pre>
 * origin.json     what the samples were drawn from: policy, prompts, options
 * samples.jsonl   every answer with its reward, those of the first prompt first
 * kept.jsonl      the answers that are learnt in this round, as rows of any run
 * pairs.jsonl     the same of algorithms over preferences
 * summary.json    what was sampled, kept and left out, and why
 * </pre>
 *
 * @param directory of the round
 */
public record RoundFiles(Path directory) {

  /**
   * The files of a round.
   *
   * @param run the run's directory
   * @param round from 1
   */
  public static RoundFiles of(Path run, int round) {
    return new RoundFiles(run.resolve("rounds").resolve(Integer.toString(round)));
  }

  /** What the samples were drawn from. */
  public Path origin() {
    return directory.resolve("origin.json");
  }

  /** Every answer. */
  public Path samples() {
    return directory.resolve("samples.jsonl");
  }

  /** What is learnt. */
  public Path kept() {
    return directory.resolve("kept.jsonl");
  }

  /** What is learnt by algorithms over preferences. */
  public Path pairs() {
    return directory.resolve("pairs.jsonl");
  }

  /** What it came to. */
  public Path summary() {
    return directory.resolve("summary.json");
  }
}
