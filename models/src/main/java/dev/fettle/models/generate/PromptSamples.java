package dev.fettle.models.generate;

import java.util.Arrays;
import java.util.Objects;

/**
 * Some of a prompt's samples. Each draws by its number, so that samples 3 and 4 are the same ones
 * whether they are asked for with 0 to 2 or without, and equal prompts have equal samples.
 *
 * @param prompt token ids, at least one
 * @param first number of the first, from 0
 * @param count how many, at least one
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the array is handed over
public record PromptSamples(int[] prompt, int first, int count) {

  /** Checks the numbers. */
  public PromptSamples {
    if (first < 0 || count < 1) {
      throw new IllegalArgumentException(
          "samples are numbered from 0, and there is at least one; asked for "
              + count
              + " from "
              + first);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PromptSamples s
        && s.first == first
        && s.count == count
        && Arrays.equals(s.prompt, prompt);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(prompt), first, count);
  }

  @Override
  public String toString() {
    return count + " samples from " + first + " of " + Arrays.toString(prompt);
  }
}
