package dev.fettle.harness.page;

/** Text in HTML. */
public final class Markup {
  private Markup() {}

  /** Text with the characters of markup spelt out. */
  public static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** An element around text. */
  public static String element(String name, String text) {
    return "<" + name + ">" + escaped(text) + "</" + name + ">";
  }
}
