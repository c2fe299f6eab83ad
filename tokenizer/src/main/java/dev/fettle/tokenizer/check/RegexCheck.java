package dev.fettle.tokenizer.check;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether a regular expression ends in time on any text. The library's engine backtracks, and ends
 * the process when one match took ten million steps. Allowed is what takes at most some steps for
 * each character: one repetition before something that can fail, none inside another unless it can
 * be read in one way only. The patterns of published tokenizers all are of this kind.
 */
final class RegexCheck {

  private static final int LARGEST = 20_000;
  private static final int MOST_WAYS = 4096;
  private static final int DEEPEST = 50;

  private final String path;
  private final RegexReader in;

  private RegexCheck(String path, String regex) {
    this.path = path;
    this.in = new RegexReader(regex);
  }

  /**
   * @param path of the pattern, for errors
   * @return how many characters a match has at least
   * @throws Fault where it may not end in time, or holds what is not understood here
   */
  static int check(String path, String regex) {
    RegexCheck check = new RegexCheck(path, regex);
    Shape shape = check.alternatives(0);
    if (!check.in.done()) {
      throw check.fault("has a ')' too many");
    }
    return check.limit(shape).least();
  }

  private Fault fault(String what) {
    return new Fault(
        path + " " + what + " (at character " + in.position() + "): '" + in.excerpt() + "'");
  }

  private Shape limit(Shape shape) {
    if (shape.tail() > 1 || shape.ways() > MOST_WAYS || shape.size() > LARGEST) {
      throw fault(
          "could take more steps than the library allows: repetitions follow one another before"
              + " something that can fail");
    }
    return shape;
  }

  private Shape alternatives(int depth) {
    if (depth > DEEPEST) {
      throw fault("is nested too deeply");
    }
    List<Shape> options = new ArrayList<>();
    options.add(sequence(depth));
    while (in.take('|')) {
      options.add(sequence(depth));
    }
    return Shape.either(options);
  }

  private Shape sequence(int depth) {
    List<Shape> items = new ArrayList<>();
    while (!in.done() && in.peek() != '|' && in.peek() != ')') {
      Shape item = in.peek() == '(' ? group(depth) : atom();
      items.add(quantified(item));
    }
    return limit(Shape.sequence(items));
  }

  private Shape quantified(Shape item) {
    Shape shape = item;
    for (RegexReader.Times times = in.times(); times != null; times = in.times()) {
      boolean endless = times.most() < 0 || times.most() - times.least() > 8;
      int copies = times.most() < 0 ? Math.max(1, times.least()) : times.most();
      if (copies > LARGEST) {
        throw fault("repeats something too often");
      }
      if (endless && !shape.repeats()) {
        throw fault(
            "repeats something that can be read in several ways, so that a text can take endless"
                + " steps");
      }
      shape = endless ? shape.endless(times, copies) : shape.some(times, copies);
      limit(shape);
    }
    return shape;
  }

  private Shape atom() {
    if (in.peek() == '[') {
      String set = in.characterClass();
      if (set == null) {
        throw fault("has a '[' without its ']'");
      }
      return Shape.one(new Chars(set, true));
    }
    if (in.peek() == '\\') {
      return escape();
    }
    String c = in.character();
    return switch (c) {
      case "^", "$" -> Shape.nothing();
      case "." -> Shape.one(new Chars(c, true));
      case "*", "+", "?" -> throw fault("repeats nothing");
      default -> Shape.one(new Chars(c, false));
    };
  }

  private Shape escape() {
    String escape = in.escape();
    if (escape == null) {
      throw fault("has an escape that is not known here");
    }
    char kind = escape.charAt(1);
    if ("bBAzZG".indexOf(kind) >= 0) {
      return Shape.nothing();
    }
    if (kind == 'R') {
      return Shape.either(
          List.of(
              Shape.sequence(
                  List.of(Shape.one(new Chars("\\r", false)), Shape.one(new Chars("\\n", false)))),
              Shape.one(new Chars("\\R", true))));
    }
    return Shape.one(new Chars(escape, "pPdDwWsShH".indexOf(kind) >= 0));
  }

  private Shape group(int depth) {
    String kind = in.groupStart();
    if (kind == null) {
      throw fault("has a group of a kind that is not known here");
    }
    if (kind.startsWith("(?#")) {
      return Shape.sequence(List.of());
    }
    if (kind.endsWith(")")) {
      // Flags until the end of the enclosing group: what follows is one more sequence of it.
      return Shape.sequence(List.of());
    }
    Shape inner = alternatives(depth + 1);
    if (!in.take(')')) {
      throw fault("has a '(' without its ')'");
    }
    boolean look = kind.matches("\\(\\?<?[=!]");
    if (look) {
      return limit(inner).look();
    }
    return kind.equals("(?>") ? limit(inner).atomic() : inner;
  }
}
