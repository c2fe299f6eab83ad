package dev.fettle.spi.support;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What tells one program from another of the same kind: the sizes it is written for. Whoever writes
 * a program chooses its own; equal keys share one compiled program.
 *
 * @param name the kind of program, as in {@code accumulate}
 * @param sizes by name, in the order in which they are shown; a flag is 0 or 1
 */
public record ProgramKey(String name, Map<String, Integer> sizes) {

  /** Keeps an unmodifiable copy in the given order. */
  public ProgramKey {
    sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
  }

  /** A program of which there is one. */
  public static ProgramKey of(String name) {
    return new ProgramKey(name, Map.of());
  }

  /** The same with one more size. */
  public ProgramKey with(String size, int value) {
    Map<String, Integer> more = new LinkedHashMap<>(sizes);
    more.put(size, value);
    return new ProgramKey(name, more);
  }

  /** The same sizes for another kind of program. */
  public ProgramKey named(String other) {
    return new ProgramKey(other, sizes);
  }

  /**
   * A size.
   *
   * @throws IllegalArgumentException if the key has none of that name
   */
  public int size(String size) {
    Integer value = sizes.get(size);
    if (value == null) {
      throw new IllegalArgumentException(this + " has no size " + size);
    }
    return value;
  }

  /** As programs are named: {@code accumulate_rows4_length512}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name);
    sizes.forEach((size, value) -> text.append('_').append(size).append(value));
    return text.toString();
  }
}
