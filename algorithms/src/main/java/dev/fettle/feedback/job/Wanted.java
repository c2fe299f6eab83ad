package dev.fettle.feedback.job;

/** Which answers of a row are wanted. */
public enum Wanted {
  /** All, two at least. */
  ALL,
  /** The one it has. */
  ONE
}
