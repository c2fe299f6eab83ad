package dev.fettle.harness.rows;

import java.util.List;

/**
 * A row as it will be trained on.
 *
 * @param origin its file and line; empty where the algorithm's examples do not say
 * @param sequences what it became: one, or those of a pair
 */
public record ShownRow(String origin, List<ShownSequence> sequences) {

  /** Copies the list. */
  public ShownRow {
    sequences = List.copyOf(sequences);
  }
}
