package dev.fettle.harness.model;

import java.util.Arrays;

/**
 * What may follow a prompt; a model refuses both together where they have more tokens than it
 * takes.
 *
 * @param prompt token ids, at least one
 * @param ids that follow it, at least one
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the arrays are handed over
public record Continuation(int[] prompt, int[] ids) {

  /** Checks that there are both. */
  public Continuation {
    if (prompt.length == 0 || ids.length == 0) {
      throw new IllegalArgumentException("a prompt and what follows it have at least one token");
    }
  }

  /** Both together. */
  int[] whole() {
    int[] whole = Arrays.copyOf(prompt, prompt.length + ids.length);
    System.arraycopy(ids, 0, whole, prompt.length, ids.length);
    return whole;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Continuation c
        && Arrays.equals(prompt, c.prompt)
        && Arrays.equals(ids, c.ids);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(prompt) + Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return Arrays.toString(prompt) + " " + Arrays.toString(ids);
  }
}
