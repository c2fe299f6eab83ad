package dev.fettle.sample;

import dev.fettle.models.generate.SamplingOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers many prompts, a window of them at a time. Windows are the same ones wherever a run begins
 * anew, so that batches are, and their rounding with them: a run that was broken off ends with the
 * same bits.
 *
 * @param source answers a window; its answers must not depend on what it was asked before
 * @param options how each prompt is answered
 * @param window prompts of a window
 */
public record SampleRun(CompletionSource source, SamplingOptions options, int window) {
  /** Batches of a window: enough for prompts of like length to meet, and few to be lost. */
  private static final int BATCHES = 4;

  /** Checks the window. */
  public SampleRun {
    if (window < 1) {
      throw new IllegalArgumentException("a window has at least one prompt, not " + window);
    }
  }

  /** A run whose windows are of a few batches. */
  public static SampleRun of(CompletionSource source, SamplingOptions options, int batchSize) {
    int samples = options.draws().samples();
    return new SampleRun(source, options, Math.max(1, BATCHES * batchSize / samples));
  }

  /** Takes the answers of a window. */
  @FunctionalInterface
  public interface Answers {

    /**
     * The answers of the next window.
     *
     * @param answers those of each of its prompts
     * @param there how many of these prompts were done before; their answers are the same again
     */
    void add(List<List<Completion>> answers, int there);
  }

  /**
   * Answers the prompts that are left.
   *
   * @param there how many are done; those of their window are answered again
   */
  public void run(List<SamplePrompt> prompts, int there, Answers to) {
    int samples = options.draws().samples();
    for (int from = there - there % window; from < prompts.size(); from += window) {
      if (there >= prompts.size()) {
        return;
      }
      List<SamplePrompt> some = prompts.subList(from, Math.min(from + window, prompts.size()));
      List<Completion> made = source.sample(some, options);
      List<List<Completion>> grouped = new ArrayList<>();
      for (int i = 0; i < made.size(); i += samples) {
        grouped.add(made.subList(i, i + samples));
      }
      to.add(grouped, Math.max(0, there - from));
    }
  }
}
