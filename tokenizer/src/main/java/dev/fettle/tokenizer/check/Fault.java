package dev.fettle.tokenizer.check;

/** What is wrong with a tokenizer.json, without the file's name: the key, the fault, the remedy. */
public final class Fault extends RuntimeException {

  private static final long serialVersionUID = 1L;

  Fault(String message) {
    super(message);
  }
}
