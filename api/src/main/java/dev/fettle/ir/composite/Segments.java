package dev.fettle.ir.composite;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import java.util.OptionalInt;

/**
 * The rule of packed rows: a query sees the places of its own segment. The one attribute is the
 * segment of each place; padding is a segment of its own.
 *
 * @param window how many places back a query sees, itself included, where it is limited
 */
public record Segments(OptionalInt window) implements Visibility {

  @Override
  public OptionalInt reach() {
    return window;
  }

  @Override
  public Value allowed(GraphBuilder g, Tile tile) {
    Value same = g.equal(tile.ofQuery().get(0), tile.ofKey().get(0));
    if (window.isEmpty()) {
      return same;
    }
    Value back = g.fill(window.getAsInt() - 1.0, tile.queryPlace().type());
    return g.and(same, g.not(g.less(tile.keyPlace(), g.sub(tile.queryPlace(), back))));
  }
}
