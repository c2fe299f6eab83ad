package dev.fettle.harness.quickstart;

import java.util.Locale;

/** The kinds of questions. */
public enum TaskKind {
  /** "Anna has a cat. What does Anna have?" */
  OWNS,
  /** "Boris lives in Oslo. Where does Boris live?" */
  LIVES,
  /** "The truck is red. What colour is the truck?" */
  COLOUR,
  /** "There are seven geese. How many geese are there?" */
  COUNT;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
