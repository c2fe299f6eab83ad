package dev.fettle.models.lora;

import dev.fettle.models.config.ModelFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A regular expression of an adapter's author on the paths of layers. Some expressions take more
 * steps on a path of fifty letters than there are atoms; these end with an error.
 */
final class LayerPattern {
  /** A sane expression looks at each letter a few times. */
  private static final int MOST_LOOKS = 1_000_000;

  private LayerPattern() {}

  /**
   * Whether the whole path matches.
   *
   * @throws ModelFileException where that takes too long to find out
   */
  static boolean matches(String regex, String path) {
    try {
      return Pattern.compile(regex).matcher(new Counted(path)).matches();
    } catch (TooLong | StackOverflowError e) {
      throw new ModelFileException(
          Path.of(AdapterConfig.FILE),
          "the regular expression '"
              + regex
              + "' takes too long on the layer '"
              + path
              + "'; name the layers instead",
          e);
    }
  }

  /** Where the count is over. */
  private static final class TooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A text that counts how often it is looked at. */
  private static final class Counted implements CharSequence {
    private final String text;
    private int looks;

    Counted(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      looks++;
      if (looks > MOST_LOOKS) {
        throw new TooLong();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
