package dev.fettle.ir.composite;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import java.util.OptionalInt;

/**
 * The rule of rows in which several completions continue one prompt that stands there once: a query
 * sees the places of its own segment and of its prompt's. Attributes: the segment of a place, that
 * of its prompt (its own where it has none), and its position, counted through the prompt.
 *
 * @param window how many positions back a query sees, itself included, where it is limited
 */
public record SharedPrompt(OptionalInt window) implements Visibility {

  /** Places run faster than positions, so a window says nothing of them. */
  @Override
  public OptionalInt reach() {
    return OptionalInt.empty();
  }

  @Override
  public Value allowed(GraphBuilder g, Tile tile) {
    Value key = tile.ofKey().get(0);
    Value seen = g.or(g.equal(tile.ofQuery().get(0), key), g.equal(tile.ofQuery().get(1), key));
    if (window.isEmpty()) {
      return seen;
    }
    Value back = g.sub(tile.ofQuery().get(2), tile.ofKey().get(2));
    return g.and(seen, g.less(back, g.fill(window.getAsInt(), back.type())));
  }
}
