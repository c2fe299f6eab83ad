package dev.fettle.backend.tensorflow;

/** What TensorFlow says of a failure, without the pages that come after. */
final class FirstLine {
  private static final int MOST = 300;

  private FirstLine() {}

  /** The first line that says something, cut where it is very long. */
  static String of(String text) {
    String line = text.lines().filter(l -> !l.isBlank()).findFirst().orElse("it does not say why");
    String tidy = line.strip();
    return tidy.length() <= MOST ? tidy : tidy.substring(0, MOST) + "...";
  }
}
