package dev.fettle.tokenizer.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a part of a regular expression can backtrack.
 *
 * @param least characters it takes at least
 * @param canFail whether it can fail where it stands
 * @param loops repetitions of no fixed number that are tried again when what follows fails
 * @param tail the same when nothing follows
 * @param ways in how many ways, repetitions apart, it can be tried
 * @param size how large the engine's program grows
 * @param forms the ways in which it can be read, each a list of characters, where every reading is
 *     of that simple kind; null where not
 */
record Shape(
    int least,
    boolean canFail,
    int loops,
    int tail,
    long ways,
    long size,
    @Nullable List<List<Item>> forms) {

  private static final int MOST_FORMS = 64;

  /** A character, or one that may be missing. */
  record Item(Chars chars, boolean optional) {}

  static Shape one(Chars chars) {
    return new Shape(1, true, 0, 0, 1, 1, List.of(List.of(new Item(chars, false))));
  }

  /** A place: the start, the end, the edge of a word. */
  static Shape nothing() {
    return new Shape(0, true, 0, 0, 1, 1, null);
  }

  static Shape sequence(List<Shape> items) {
    int least = 0;
    int loops = 0;
    int tail = 0;
    long ways = 1;
    long size = 0;
    boolean canFail = false;
    List<List<Item>> forms = List.of(List.of());
    for (Shape item : items) {
      if (item.canFail) {
        tail = loops + item.tail;
      }
      canFail |= item.canFail;
      least += item.least;
      loops += item.loops;
      ways = Math.min(1L << 40, ways * item.ways);
      size = Math.min(1L << 40, size + item.size);
      forms = joined(forms, item.forms);
    }
    return new Shape(least, canFail, loops, tail, ways, size, forms);
  }

  private static @Nullable List<List<Item>> joined(
      @Nullable List<List<Item>> left, @Nullable List<List<Item>> right) {
    if (left == null || right == null || left.size() * right.size() > MOST_FORMS) {
      return null;
    }
    List<List<Item>> all = new ArrayList<>();
    for (List<Item> a : left) {
      for (List<Item> b : right) {
        List<Item> both = new ArrayList<>(a);
        both.addAll(b);
        all.add(both);
      }
    }
    return all;
  }

  static Shape either(List<Shape> options) {
    if (options.size() == 1) {
      return options.get(0);
    }
    int least = Integer.MAX_VALUE;
    int loops = 0;
    int tail = 0;
    long ways = 0;
    long size = 0;
    boolean canFail = true;
    List<List<Item>> forms = new ArrayList<>();
    boolean simple = true;
    for (Shape option : options) {
      least = Math.min(least, option.least);
      loops = Math.max(loops, option.loops);
      tail = Math.max(tail, option.tail);
      ways += option.tail > 0 || option.loops > 0 ? option.ways : 1;
      size += option.size;
      canFail &= option.canFail;
      simple &= option.forms != null;
      if (option.forms != null) {
        forms.addAll(option.forms);
      }
    }
    return new Shape(
        least,
        canFail,
        loops,
        tail,
        ways,
        size,
        simple && forms.size() <= MOST_FORMS ? forms : null);
  }

  /** Whether it may be repeated without end: it takes something, and can be read in one way. */
  boolean repeats() {
    if (least == 0 || forms == null) {
      return false;
    }
    for (int i = 0; i < forms.size(); i++) {
      if (!readable(forms.get(i))) {
        return false;
      }
      for (int j = 0; j < i; j++) {
        if (!forms.get(i).get(0).chars().apart(forms.get(j).get(0).chars())
            || forms.get(i).get(0).optional()
            || forms.get(j).get(0).optional()) {
          return false;
        }
      }
    }
    return true;
  }

  /** What may be missing must differ from what comes next. */
  private static boolean readable(List<Item> form) {
    for (int i = 0; i < form.size(); i++) {
      if (form.get(i).optional()
          && (i + 1 == form.size()
              || form.get(i + 1).optional()
              || !form.get(i).chars().apart(form.get(i + 1).chars()))) {
        return false;
      }
    }
    return !form.isEmpty();
  }

  Shape endless(RegexReader.Times times, int copies) {
    return new Shape(
        times.least() == 0 ? 0 : least,
        times.least() > 0 && canFail,
        times.possessive() ? 0 : 1,
        0,
        1,
        size * copies,
        null);
  }

  Shape some(RegexReader.Times times, int copies) {
    boolean same = times.least() == copies;
    List<List<Item>> repeated = null;
    if (forms != null && same && copies <= 16) {
      repeated = List.of(List.of());
      for (int i = 0; i < copies; i++) {
        repeated = joined(repeated, forms);
      }
    } else if (forms != null
        && times.least() == 0
        && copies == 1
        && forms.size() == 1
        && forms.get(0).size() == 1) {
      repeated = List.of(List.of(new Item(forms.get(0).get(0).chars(), true)));
    }
    long each = ways;
    for (int i = 1; i < copies && each < 1L << 20; i++) {
      each *= ways;
    }
    return new Shape(
        times.least() * least,
        times.least() > 0 && canFail,
        loops * copies,
        copies == 0 ? 0 : loops * (copies - 1) + tail,
        each * (copies - times.least() + 1),
        size * Math.max(1, copies),
        repeated);
  }

  /** Looked at, not taken: once found it is not tried again. */
  Shape look() {
    return new Shape(0, true, tail, tail, ways, size, null);
  }

  Shape atomic() {
    return new Shape(least, canFail, tail, tail, ways, size, null);
  }
}
