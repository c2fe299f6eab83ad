package dev.fettle.cli;

import dev.fettle.harness.rows.Lengths;
import dev.fettle.harness.rows.RowSet;
import dev.fettle.harness.rows.ShownRow;
import dev.fettle.harness.rows.ShownSequence;
import dev.fettle.harness.rows.ShownToken;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints data sets for people. */
final class RowsPage {
  private static final String GREEN = "\u001b[32m";
  private static final String PLAIN = "\u001b[0m";
  private static final int BAR = 40;

  /** Characters of a long text that are shown at either end. */
  private static final int ENDS = 240;

  /** Tokens shown before and after the first target. */
  private static final int AROUND = 5;

  private final PrintWriter out;
  private final boolean colour;
  private final boolean full;

  /**
   * A page.
   *
   * @param colour whether the reader's terminal shows colours; else targets stand in brackets
   * @param full whether long texts are shown whole
   */
  RowsPage(PrintWriter out, boolean colour, boolean full) {
    this.out = out;
    this.colour = colour;
    this.full = full;
  }

  void print(RowSet set) {
    out.printf("%s: %s%n", set.name(), set.report().summary());
    if (set.examples() != set.report().kept()) {
      out.printf(Locale.ROOT, "an epoch has %,d of them, by their shares%n", set.examples());
    }
    print(set.lengths());
    set.rows().forEach(this::print);
  }

  private void print(Lengths lengths) {
    out.println("lengths in tokens:");
    long most = lengths.bars().stream().mapToLong(Lengths.Bar::count).max().orElse(1);
    for (Lengths.Bar bar : lengths.bars()) {
      int length = (int) Math.ceil((double) BAR * bar.count() / most);
      out.printf(
          Locale.ROOT,
          "  %7d - %-7d %-" + BAR + "s %,d%n",
          bar.from(),
          bar.to(),
          "#".repeat(length),
          bar.count());
    }
    out.println();
  }

  private void print(ShownRow row) {
    for (ShownSequence sequence : row.sequences()) {
      out.printf(
          Locale.ROOT,
          "%s%s: %,d tokens, %,d targets%n",
          row.origin(),
          sequence.name().isEmpty() ? "" : " " + sequence.name(),
          sequence.tokens().size(),
          sequence.targets());
      text(sequence).lines().forEach(line -> out.println("  " + line));
      boundary(sequence);
      out.println();
    }
  }

  /** Tokens that follow one another and are all targets, or none. */
  private record Run(boolean target, StringBuilder text) {}

  private String text(ShownSequence sequence) {
    List<Run> runs = new ArrayList<>();
    for (ShownToken token : sequence.tokens()) {
      if (runs.isEmpty() || runs.get(runs.size() - 1).target() != token.target()) {
        runs.add(new Run(token.target(), new StringBuilder()));
      }
      runs.get(runs.size() - 1).text().append(token.text());
    }
    StringBuilder text = new StringBuilder();
    for (Run run : runs) {
      String shown = visible(shortened(run.text().toString()));
      text.append(run.target() ? marked(shown) : shown);
    }
    return text.toString();
  }

  private String shortened(String text) {
    if (full || text.length() <= 3 * ENDS) {
      return text;
    }
    int left = text.length() - 2 * ENDS;
    return text.substring(0, ENDS)
        + String.format(Locale.ROOT, " ... (%,d characters) ... ", left)
        + text.substring(text.length() - ENDS);
  }

  /** Colours end with each line, so that they may be cut anywhere. */
  private String marked(String text) {
    return colour
        ? GREEN + text.replace("\n", PLAIN + "\n" + GREEN) + PLAIN
        : "\u27e6" + text + "\u27e7";
  }

  /** What a stranger's text would do to the terminal is shown, not done. */
  private static String visible(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              boolean harmless = c == '\n' || c == '\t' || !Character.isISOControl(c);
              boolean turns = Character.getType(c) == Character.FORMAT;
              if (harmless && !turns) {
                shown.appendCodePoint(c);
              } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
              }
            });
    return shown.toString();
  }

  /** The tokens where what is given ends and what is learnt begins. */
  private void boundary(ShownSequence sequence) {
    List<ShownToken> tokens = sequence.tokens();
    int first = 0;
    while (first < tokens.size() && !tokens.get(first).target()) {
      first++;
    }
    if (first == tokens.size()) {
      return;
    }
    StringBuilder line = new StringBuilder("  first target is token " + (first + 1) + ":");
    for (int i = Math.max(0, first - AROUND); i < Math.min(tokens.size(), first + AROUND); i++) {
      ShownToken token = tokens.get(i);
      String shown =
          token.id()
              + "=\""
              + visible(token.text()).replace("\n", "\\n").replace("\t", "\\t")
              + '"';
      line.append(' ').append(token.target() ? marked(shown) : shown);
    }
    out.println(line);
  }
}
