package dev.fettle.tokenizer.jinja;

/** Python's {@code None}: the one value of it. */
enum None {
  NONE
}
