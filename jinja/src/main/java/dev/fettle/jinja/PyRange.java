package dev.fettle.jinja;

import java.util.AbstractList;
import java.util.List;

/** What {@code range} gives: its numbers are made when they are looked at. */
final class PyRange extends AbstractList<Object> {

  /** As in Jinja's sandbox. */
  private static final long LONGEST = 100_000;

  private final long start;
  private final long step;
  private final int size;

  private PyRange(long start, long step, int size) {
    this.start = start;
    this.step = step;
    this.size = size;
  }

  static PyRange of(Arguments arguments) {
    List<Object> given = arguments.positional();
    long start = given.size() > 1 ? Values.asLong(given.get(0)) : 0;
    long stop = Values.asLong(given.size() > 1 ? given.get(1) : arguments.require(0, "stop"));
    long step = given.size() > 2 ? Values.asLong(given.get(2)) : 1;
    if (step == 0) {
      throw new TemplateException("range() arg 3 must not be zero");
    }
    long size = size(start, stop, step);
    if (size < 0 || size > LONGEST) {
      throw new TemplateException(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + LONGEST + ").");
    }
    return new PyRange(start, step, (int) size);
  }

  /** How many numbers; negative where a long does not hold it. */
  private static long size(long start, long stop, long step) {
    if (step > 0 ? start >= stop : start <= stop) {
      return 0;
    }
    long distance = step > 0 ? stop - start : start - stop;
    return distance < 0 ? -1 : (distance - 1) / Math.max(1, Math.abs(step)) + 1;
  }

  @Override
  public Object get(int index) {
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }
}
