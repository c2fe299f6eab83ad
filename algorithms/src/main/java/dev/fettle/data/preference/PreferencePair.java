package dev.fettle.data.preference;

import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.PromptGroup;
import dev.fettle.data.pack.RowPlan;
import java.util.List;

/**
 * Two answers to a prompt, each with the prompt before it; the answers' tokens are the targets.
 *
 * @param chosen the better one
 * @param rejected the other
 * @param margin by how much it is better, 0 where the row does not say
 */
public record PreferencePair(Example chosen, Example rejected, float margin) implements Sized {

  /** Examples of a pair laid out with its prompt standing once. */
  public static final int PROMPTED = 3;

  /** Examples of a pair laid out apart. */
  public static final int APART = 2;

  /** Tokens of both, a shared prompt counted once. */
  @Override
  public int length() {
    return PromptGroup.of(List.of(chosen, rejected)).stream().mapToInt(Example::length).sum();
  }

  @Override
  public int targets() {
    return chosen.targets() + rejected.targets();
  }

  private List<Example> apart() {
    return List.of(chosen, rejected);
  }

  /**
   * Lays out pairs: both answers of one always in the same row.
   *
   * @param packing of rows, made longer where a pair needs it: its {@code maxLength} is that of one
   *     answer with its prompt
   * @param promptOnce whether the prompt of a pair stands in the row once; then pair {@code i} is
   *     examples {@code 3 i} (the prompt) to {@code 3 i + 2}, else {@code 2 i} and {@code 2 i + 1}
   */
  public static RowPlan plan(
      List<PreferencePair> pairs, PackingOptions packing, boolean promptOnce) {
    int longest = packing.maxLength();
    for (PreferencePair pair : pairs) {
      longest =
          Math.max(
              longest, promptOnce ? pair.length() : pair.chosen.length() + pair.rejected.length());
    }
    PackingOptions rows =
        new PackingOptions(packing.packing(), longest, packing.multiple(), packing.window());
    return promptOnce
        ? RowPlan.ofPrompted(pairs, pair -> PromptGroup.of(pair.apart()), rows)
        : RowPlan.ofGroups(pairs, PreferencePair::apart, rows);
  }
}
