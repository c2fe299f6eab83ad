package dev.fettle.data.pack;

import dev.fettle.data.Example;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences that begin alike, taken apart so that what they share is read once: a prompt, and what
 * continues it. The prompt's last token stands at the head of each continuation again, so that
 * every target has the token it is predicted from beside it.
 */
public final class PromptGroup {

  private PromptGroup() {}

  /**
   * Takes sequences apart where they part, or where the first target of one stands.
   *
   * @param sequences whole, each with its prompt
   * @return the prompt, without targets and perhaps of no tokens, then each continuation
   */
  public static List<Example> of(List<Example> sequences) {
    int shared = Integer.MAX_VALUE;
    for (Example e : sequences) {
      shared = Math.min(shared, Math.min(alike(sequences.get(0).ids(), e.ids()), firstTarget(e)));
    }
    int length = Math.max(0, shared - 1);
    Example first = sequences.get(0);
    List<Example> parts = new ArrayList<>();
    parts.add(new Example(Arrays.copyOf(first.ids(), length), new byte[length], first.origin()));
    for (Example e : sequences) {
      parts.add(e.stretch(length, e.length() - length));
    }
    return parts;
  }

  private static int alike(int[] one, int[] other) {
    int parts = Arrays.mismatch(one, other);
    return parts < 0 ? one.length : parts;
  }

  private static int firstTarget(Example e) {
    int at = 0;
    while (at < e.length() && e.targetMask()[at] == 0) {
      at++;
    }
    return at;
  }
}
