package dev.fettle.jinja;

/** Python's {@code None}: the one value of it. */
enum None {
  NONE
}
