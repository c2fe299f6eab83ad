package dev.fettle.data.preference;

import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.PromptGroup;
import dev.fettle.data.pack.RowPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Two answers to a prompt, each with the prompt before it; the answers' tokens are the targets.
 *
 * @param chosen the better one
 * @param rejected the other
 * @param margin by how much it is better, 0 where the row does not say
 * @param target another answer that a model is held to, for algorithms that do; mostly none
 */
public record PreferencePair(
    Example chosen, Example rejected, float margin, Optional<Example> target) implements Sized {

  /** Examples of a pair laid out with its prompt standing once. */
  public static final int PROMPTED = 3;

  /** Examples of a pair laid out apart. */
  public static final int APART = 2;

  /**
   * Which examples a pair is laid out as: its prompt where that stands once, the chosen answer, the
   * rejected one, and a target where some pair has one; of a pair without, it is empty.
   *
   * @param promptOnce whether the prompt stands once
   * @param targets whether some pair has a target
   */
  public record Members(boolean promptOnce, boolean targets) {
    /** How many there are. */
    public int count() {
      return (promptOnce ? PROMPTED : APART) + (targets ? 1 : 0);
    }

    /** Whether an example of a plan is a pair's target. */
    public boolean isTarget(int example) {
      return targets && example % count() == count() - 1;
    }

    private List<Example> of(PreferencePair pair) {
      List<Example> own = promptOnce ? PromptGroup.of(pair.sequences()) : pair.sequences();
      if (!targets || pair.target.isPresent()) {
        return own;
      }
      List<Example> padded = new ArrayList<>(own);
      padded.add(new Example(new int[0], new byte[0], pair.chosen.origin()));
      return padded;
    }
  }

  /** Without a target. */
  public PreferencePair(Example chosen, Example rejected, float margin) {
    this(chosen, rejected, margin, Optional.empty());
  }

  /** Tokens of all its answers, a shared prompt counted once. */
  @Override
  public int length() {
    return PromptGroup.of(sequences()).stream().mapToInt(Example::length).sum();
  }

  @Override
  public int targets() {
    return sequences().stream().mapToInt(Example::targets).sum();
  }

  private List<Example> sequences() {
    List<Example> all = new ArrayList<>(List.of(chosen, rejected));
    target.ifPresent(all::add);
    return all;
  }

  /** How pairs are laid out by {@link #plan}. */
  public static Members members(List<PreferencePair> pairs, boolean promptOnce) {
    return new Members(promptOnce, pairs.stream().anyMatch(p -> p.target.isPresent()));
  }

  /**
   * Lays out pairs: both answers of one always in the same row.
   *
   * @param packing of rows, made longer where a pair needs it: its {@code maxLength} is that of one
   *     answer with its prompt
   * @param promptOnce whether the prompt of a pair stands in the row once. Pair {@code i} is {@link
   *     Members#count} examples from {@code i} times as many on: without targets {@code 3 i} (the
   *     prompt) to {@code 3 i + 2}, else {@code 2 i} and {@code 2 i + 1}
   */
  public static RowPlan plan(
      List<PreferencePair> pairs, PackingOptions packing, boolean promptOnce) {
    int longest = packing.maxLength();
    for (PreferencePair pair : pairs) {
      int apart = pair.sequences().stream().mapToInt(Example::length).sum();
      longest = Math.max(longest, promptOnce ? pair.length() : apart);
    }
    PackingOptions rows =
        new PackingOptions(packing.packing(), longest, packing.multiple(), packing.window());
    Members members = members(pairs, promptOnce);
    return promptOnce
        ? RowPlan.ofPrompted(pairs, members::of, rows)
        : RowPlan.ofGroups(pairs, members::of, rows);
  }
}
