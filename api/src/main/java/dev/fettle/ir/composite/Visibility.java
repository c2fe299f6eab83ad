package dev.fettle.ir.composite;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which earlier places of its row a query may see. {@link CausalAttention} asks a tile at a time,
 * so that no mask of a whole row exists. Implementations are records: equal ones are the same rule.
 *
 * <p>A rule compares attributes, integers given for each place of each row: {@link Segments} one,
 * {@link SharedPrompt} three.
 */
public interface Visibility {

  /**
   * How many places back the furthest key lies that a query may see, its own place counted; empty
   * where that is not known beforehand. Keys further back are left out of the products.
   */
  OptionalInt reach();

  /**
   * Whether a query may see a key: {@code BOOL[batch, query, key]}. That no key lies behind its
   * query need not be said. Every query must be allowed a key, which may be itself.
   */
  Value allowed(GraphBuilder g, Tile tile);

  /**
   * Some queries and some keys. All values are {@code I32[batch, query, key]}.
   *
   * @param ofQuery each attribute, at the query's place
   * @param ofKey each attribute, at the key's place
   * @param queryPlace the query's place in the row, from 0
   * @param keyPlace the key's place in the row, from 0
   */
  record Tile(List<Value> ofQuery, List<Value> ofKey, Value queryPlace, Value keyPlace) {

    /** Keeps immutable copies. */
    public Tile {
      ofQuery = List.copyOf(ofQuery);
      ofKey = List.copyOf(ofKey);
    }
  }
}
