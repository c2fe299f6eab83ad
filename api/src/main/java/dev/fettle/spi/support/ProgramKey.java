package dev.fettle.spi.support;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What tells one program from another of the same kind: the sizes it is written for. Whoever writes
 * a program chooses its own; equal keys share one compiled program.
 *
 * @param name as the program is named and dumped, as in {@code accumulate_4x512_1024}
 * @param sizes by name; a flag is 0 or 1
 */
public record ProgramKey(String name, Map<String, Integer> sizes) {

  /** Keeps an unmodifiable copy. */
  public ProgramKey {
    sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
  }

  /** A program of which there is one. */
  public static ProgramKey of(String name) {
    return new ProgramKey(name, Map.of());
  }

  /** The same with one more size, which the name shows. */
  public ProgramKey with(String size, int value) {
    Map<String, Integer> more = new LinkedHashMap<>(sizes);
    more.put(size, value);
    return new ProgramKey(name + "_" + size + value, more);
  }

  /** The same sizes for a kind of program, which the name begins with. */
  public ProgramKey forKind(String kind) {
    return new ProgramKey(kind + "_" + name, sizes);
  }

  /**
   * A size.
   *
   * @throws IllegalArgumentException if the key has none of that name
   */
  public int size(String size) {
    Integer value = sizes.get(size);
    if (value == null) {
      throw new IllegalArgumentException("the program " + name + " has no size " + size);
    }
    return value;
  }

  @Override
  public String toString() {
    return name;
  }
}
