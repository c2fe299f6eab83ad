package dev.fettle.harness.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A page in the making: HTML that is well-formed XML too. */
public final class Page {
  private static final String STYLE = "page.css";
  private final StringBuilder out = new StringBuilder();

  /** Begins a page. */
  public Page(String title) {
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    out.append(Markup.element("title", title)).append("\n<style>\n").append(style());
    out.append("</style>\n</head>\n<body>\n<main>\n");
  }

  private static String style() {
    try (InputStream in = Page.class.getResourceAsStream(STYLE)) {
      if (in == null) {
        throw new IllegalStateException(STYLE + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Appends markup as it is. */
  public Page raw(String markup) {
    out.append(markup);
    return this;
  }

  /** Appends text. */
  public Page text(String text) {
    out.append(Markup.escaped(text));
    return this;
  }

  /** Appends an element around text. */
  public Page element(String name, String text) {
    out.append(Markup.element(name, text));
    return this;
  }

  /** Appends a paragraph of a class of the style sheet. */
  public Page paragraph(String style, String text) {
    return raw("<p class=\"" + style + "\">").text(text).raw("</p>\n");
  }

  /** Begins a table under a heading; the first column has no title. */
  public Page beginTable(String heading, List<String> columns) {
    raw("<section>\n").element("h2", heading);
    raw("\n<div class=\"scroll\"><table>\n<thead><tr><th></th>");
    columns.forEach(c -> element("th", c));
    return raw("</tr></thead>\n<tbody>\n");
  }

  /** A row of a table. */
  public Page row(String name, List<String> cells) {
    raw("<tr>").element("th", name);
    cells.forEach(c -> element("td", c));
    return raw("</tr>\n");
  }

  /** Ends a table with a note, which may be empty. */
  public Page endTable(String note) {
    raw("</tbody>\n</table></div>\n");
    return (note.isEmpty() ? this : paragraph("note", note)).raw("</section>\n");
  }

  /** Appends a plot with its legend. */
  public Page figure(String title, LinePlot plot) {
    raw("<figure>\n<figcaption>").element("b", title).raw("<span>");
    for (int i = 0; i < plot.curves().size(); i++) {
      raw("<span>" + key(i)).text(plot.curves().get(i).name()).raw("</span> ");
    }
    return raw("</span></figcaption>\n").raw(plot.svg(title)).raw("</figure>\n");
  }

  /** The mark of a curve's colour. */
  public static String key(int curve) {
    return "<i class=\"key c%d\"></i>".formatted(curve % LinePlot.COLOURS);
  }

  /** The finished page. */
  public String end() {
    return out + "</main>\n</body>\n</html>\n";
  }
}
