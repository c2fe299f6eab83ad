package dev.fettle.sample;

import dev.fettle.models.generate.SamplingOptions;
import java.util.List;

/** Answers prompts: a model on a device, or whatever stands for one. */
public interface CompletionSource {

  /**
   * Answers prompts, as many times each as the options say. An answer depends on its prompt, the
   * seed, the step and which of the prompt's samples it is, not on the other prompts.
   *
   * @return those of the first prompt first, in the order of their samples
   */
  List<Completion> sample(List<SamplePrompt> prompts, SamplingOptions options);
}
