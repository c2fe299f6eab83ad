package dev.fettle.feedback;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.Optional;

/**
 * One rule of a constitution.
 *
 * @param name by which logs know it
 * @param critique how an answer is to be criticised, as in "Say where the answer is harmful"
 * @param revision how it is to be written anew, as in "Write it again without what is harmful"
 * @param comparison what is asked of two answers; empty where it follows from {@code critique}
 * @param weight how often it is drawn, against the others
 */
public record Principle(
    String name, String critique, String revision, Optional<String> comparison, double weight) {

  /** Its keys. */
  public static final Keys<Principle> KEYS =
      Keys.of(
          Principle.class,
          words(Key.text("name", "by which logs and pairs know it"))
              .required("a name, by which logs know it"),
          words(Key.text("critique", "how an answer is to be criticised"))
              .required("how an answer is to be criticised, as a request to the judge"),
          words(Key.text("revision", "how an answer is to be written anew"))
              .required("how an answer is to be written anew, as a request to the writer"),
          words(Key.text("comparison", "what is asked of two answers"))
              .optional("which of them gives less cause for the critique"),
          Key.number("weight", Range.above(0), "how often it is drawn, against the others")
              .otherwise(1.0));

  private static Key<String> words(Key<String> key) {
    return key.must(text -> !text.isBlank(), "have words");
  }

  /** A rule that is drawn as often as others. */
  public static Principle of(String name, String critique, String revision) {
    return new Principle(name, critique, revision, Optional.empty(), 1);
  }

  /** What is asked of two answers. */
  public String question() {
    return comparison.orElseGet(
        () -> "Which of the answers gives less cause for this criticism? " + critique);
  }
}
