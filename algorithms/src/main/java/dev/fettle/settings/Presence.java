package dev.fettle.settings;

/** What holds where a key is not given. */
sealed interface Presence<T> {

  /**
   * It must be given.
   *
   * @param wanted what to give, for the message
   */
  record Required<T>(String wanted) implements Presence<T> {}

  /**
   * A value.
   *
   * @param words says which, where the value itself does not
   */
  record Otherwise<T>(T value, String words) implements Presence<T> {}

  /** The value of a key that stands before it. */
  record SameAs<T>(String key) implements Presence<T> {}

  /** A value, if another key is given; else it must be. */
  record Unless<T>(T value, String other, String wanted) implements Presence<T> {}
}
