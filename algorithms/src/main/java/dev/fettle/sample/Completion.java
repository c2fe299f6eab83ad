package dev.fettle.sample;

import dev.fettle.models.generate.Generation;

/**
 * An answer to a prompt.
 *
 * @param prompt what was asked
 * @param sample which of the prompt's answers, from 0
 * @param text the answer, without the stop string or the special tokens that ended it
 * @param generation its tokens, those that ended it among them, and their log-probabilities
 */
public record Completion(SamplePrompt prompt, int sample, String text, Generation generation) {

  /** Whether it came to an end by itself, and was not cut by the limit of new tokens. */
  public boolean stopped() {
    return generation.stopped();
  }
}
