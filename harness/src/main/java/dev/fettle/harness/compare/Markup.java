package dev.fettle.harness.compare;

/** Text in HTML. */
final class Markup {
  private Markup() {}

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** An element around text. */
  static String element(String name, String text) {
    return "<" + name + ">" + escaped(text) + "</" + name + ">";
  }
}
