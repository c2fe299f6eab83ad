package dev.fettle.spi;

/**
 * Whether a backend can run here.
 *
 * @param available true where it can
 * @param detail what was found, or what is missing and how to get it
 */
public record Availability(boolean available, String detail) {

  /** It can run. */
  public static Availability yes(String detail) {
    return new Availability(true, detail);
  }

  /** It cannot run. */
  public static Availability no(String detail) {
    return new Availability(false, detail);
  }
}
