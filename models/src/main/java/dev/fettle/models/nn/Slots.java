package dev.fettle.models.nn;

/** The names of state slots, by what they hold. */
public final class Slots {
  private static final String PARAMETER = "param/";
  private static final String GRADIENT = "grad/";
  private static final String TABLE = "table/";
  private static final String CACHE = "cache/";

  private Slots() {}

  /** A model parameter. */
  public static String parameter(String name) {
    return PARAMETER + name;
  }

  /** The sum of a parameter's gradients over an optimizer step. */
  public static String gradient(String name) {
    return GRADIENT + name;
  }

  /** A constant the model looks up, as rotary angles. */
  public static String table(String name) {
    return TABLE + name;
  }

  /**
   * Keys or values of one layer, kept during generation.
   *
   * @param bank tells caches of different size apart
   */
  public static String cache(String bank, int layer, String what) {
    return CACHE + bank + "/" + layer + "." + what;
  }
}
