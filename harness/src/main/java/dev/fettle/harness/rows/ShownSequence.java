package dev.fettle.harness.rows;

import java.util.List;

/**
 * One sequence of a row.
 *
 * @param name as {@code chosen}; empty where a row is but one
 * @param tokens in their order
 */
public record ShownSequence(String name, List<ShownToken> tokens) {

  /** Copies the list. */
  public ShownSequence {
    tokens = List.copyOf(tokens);
  }

  /** How many of its tokens are targets. */
  public long targets() {
    return tokens.stream().filter(ShownToken::target).count();
  }

  /** All of its text. */
  public String text() {
    StringBuilder text = new StringBuilder();
    tokens.forEach(t -> text.append(t.text()));
    return text.toString();
  }
}
