package dev.fettle.jinja;

/**
 * How much a template may do in one rendering. A template is a program by whoever made the model,
 * so it must end soon and in little memory, whatever it says.
 *
 * <p>Long conversations take longer: each character that is passed in adds 256 steps, 32 characters
 * made, and 4 to the longest text.
 *
 * @param steps what all it does may cost: a character read or written is 1, an expression or tag 8,
 *     an item of a list 16, a round of a loop 40
 * @param made what all texts and lists it makes may have together, in characters; an item of a list
 *     counts as 16
 * @param characters UTF-16 units of the longest text, the output's included
 * @param items of the longest list, dictionary or range
 * @param depth of tags, expressions, calls and values in each other
 */
public record Limits(long steps, long made, int characters, int items, int depth) {

  /** What a source may have, before it is read at all. The longest known ones have 20,000. */
  static final int LONGEST_SOURCE = 500_000;

  /** Brackets and tags in each other, while a template is read; Python's own parser takes fewer. */
  static final int DEEPEST_SOURCE = 300;

  /** Checks that there is something left to do. */
  public Limits {
    if (steps < 1 || made < 1 || characters < 1 || items < 1 || depth < 1) {
      throw new IllegalArgumentException("every limit must be at least 1");
    }
  }

  /**
   * Well over what templates in use need; the system properties {@code fettle.template.steps},
   * {@code .made}, {@code .characters}, {@code .items} and {@code .depth} change it.
   */
  public static Limits standard() {
    return new Limits(
        Math.max(1, Long.getLong("fettle.template.steps", 64_000_000L)),
        Math.max(1, Long.getLong("fettle.template.made", 64_000_000L)),
        Math.max(1, Integer.getInteger("fettle.template.characters", 8_000_000)),
        Math.max(1, Integer.getInteger("fettle.template.items", 1_000_000)),
        Math.max(1, Integer.getInteger("fettle.template.depth", 1_000)));
  }
}
