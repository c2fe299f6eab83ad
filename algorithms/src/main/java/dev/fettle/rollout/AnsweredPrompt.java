package dev.fettle.rollout;

import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.sample.SamplePrompt;
import java.util.Optional;

/**
 * A prompt, and the answer its row holds, if it holds one.
 *
 * @param prompt to be answered
 * @param answer the prompt with the answer of its row, whose tokens are the targets
 */
public record AnsweredPrompt(SamplePrompt prompt, Optional<Example> answer) implements Sized {
  @Override
  public int length() {
    return answer.map(Example::length).orElseGet(prompt::length);
  }

  @Override
  public int targets() {
    return answer.map(Example::targets).orElse(0);
  }
}
