package dev.fettle.jinja;

import java.util.List;

/**
 * What one rendering has left of its {@link Limits}. Everything a template does is paid for here,
 * in four places that no filter, test, method or operator can go round:
 *
 * <ul>
 *   <li>every expression and tag, before it is evaluated: {@link #enter};
 *   <li>every filter, test, method and function, for the size of what it is given: {@link #read}
 *       (from {@link Calls}), so that work in proportion to it is paid;
 *   <li>every value an expression gives: {@link #checked}, and what a call gives: {@link #made};
 *   <li>whatever may grow beyond its inputs, while it grows: {@link Text}, {@link Items}, {@link
 *       PyDict}. {@code BoundsArrowsTest} sees that nothing else builds text, lists or maps.
 * </ul>
 */
final class Bounds {

  static final int NODE = 8;
  static final int CALL = 24;
  static final int ITEM = 16;
  static final int ENTRY = 64;
  static final int ROUND = 40;

  /** Printing a real number takes the time of some hundred characters. */
  static final int REAL = 1_000;

  private static final int STEPS_A_CHARACTER = 256;
  private static final int MADE_A_CHARACTER = 32;
  private static final int CHARACTERS_A_CHARACTER = 4;

  private final Limits limits;
  private long stepsGiven;
  private long stepsLeft;
  private long madeGiven;
  private long madeLeft;
  private long longest;
  private int depth;

  Bounds(Limits limits) {
    this.limits = limits;
    stepsGiven = limits.steps();
    stepsLeft = limits.steps();
    madeGiven = limits.made();
    madeLeft = limits.made();
    longest = limits.characters();
  }

  /** Raises the bounds for input of this many characters. */
  void admit(long characters) {
    stepsGiven += STEPS_A_CHARACTER * characters;
    stepsLeft += STEPS_A_CHARACTER * characters;
    madeGiven += MADE_A_CHARACTER * characters;
    madeLeft += MADE_A_CHARACTER * characters;
    longest = Math.min(Integer.MAX_VALUE / 4, longest + CHARACTERS_A_CHARACTER * characters);
  }

  void spend(long steps) {
    if (steps > stepsLeft) {
      // No part of the template may go on afterwards.
      stepsLeft = 0;
      throw new TemplateException(
          "the template takes more than %,d steps; -Dfettle.template.steps=N allows more"
              .formatted(stepsGiven));
    }
    stepsLeft -= steps;
  }

  /** Pays for something that stays in memory, of the size of so many characters. */
  void made(long characters) {
    if (characters > madeLeft) {
      madeLeft = 0;
      throw new TemplateException(
          "the template makes texts and lists of more than %,d characters in all; -Dfettle.template.made=N allows more"
              .formatted(madeGiven));
    }
    madeLeft -= characters;
    spend(characters);
  }

  /** Goes one level down, in the template or in a value. */
  void enter() {
    spend(NODE);
    depth++;
    if (depth > limits.depth()) {
      throw new TemplateException(
          "the template's tags, calls or values lie more than %,d deep in each other: does a macro call itself without end?"
              .formatted(limits.depth()));
    }
  }

  void leave() {
    depth--;
  }

  /** Pays for reading a value from front to end; its items are paid for by whoever looks inside. */
  void read(Object value) {
    if (value instanceof String s) {
      spend(s.length());
    } else if (value instanceof List<?> list) {
      spend(list.size());
    } else if (value instanceof PyDict dict) {
      spend(dict.size());
    }
  }

  /** A text of {@code now} characters gets {@code more}. */
  void growText(long now, long more) {
    if (more > longest - now) {
      throw new TemplateException(
          "the template makes a text of more than %,d characters; -Dfettle.template.characters=N allows more"
              .formatted(longest));
    }
    made(more);
  }

  /** A list or dictionary of {@code now} items gets {@code more}, each at a price. */
  void growItems(long now, long more, int price) {
    if (more > limits.items() - now) {
      throw new TemplateException(
          "the template makes a list of more than %,d items; -Dfettle.template.items=N allows more"
              .formatted(limits.items()));
    }
    made(more * price);
  }

  /** The value, if it is not too large: whatever made it without saying so ends here. */
  Object checked(Object value) {
    if (value instanceof String s) {
      if (s.length() > longest) {
        growText(0, s.length());
      }
    } else if (value instanceof List<?> list && list.size() > limits.items()) {
      growItems(0, list.size(), ITEM);
    }
    return value;
  }
}
