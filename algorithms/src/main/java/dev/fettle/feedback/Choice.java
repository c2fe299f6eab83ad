package dev.fettle.feedback;

/** What a comparison came to. */
public enum Choice {
  /** The answer that was shown first. */
  FIRST,
  /** The answer that was shown second. */
  SECOND,
  /** Neither is better. */
  TIE,
  /** The judge said nothing that could be read. */
  UNDECIDED;

  /** The same where the answers are shown the other way round. */
  public Choice swapped() {
    return switch (this) {
      case FIRST -> SECOND;
      case SECOND -> FIRST;
      case TIE, UNDECIDED -> this;
    };
  }
}
