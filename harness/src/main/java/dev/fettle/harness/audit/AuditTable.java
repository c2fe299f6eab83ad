package dev.fettle.harness.audit;

import java.util.List;

/** An audit as text: a line or more for each finding. */
public final class AuditTable {
  private static final int WIDTH = 100;
  private static final String INDENT = " ".repeat(9);

  private AuditTable() {}

  /** The table; lines end in {@code \n}. */
  public static String of(AuditReport report) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s, steps %d to %d, looked at after the fact%n%n"
            .formatted(report.run(), report.from(), report.to()));
    for (Finding f : report.findings()) {
      text.append(String.format("  %-7s", word(f.verdict()))).append(f.title()).append('\n');
      wrapped(text, "", f.measured());
      if (f.verdict() == Finding.Verdict.NOTABLE) {
        wrapped(text, "limit: ", f.limits());
        wrapped(text, "may mean: ", f.meaning());
        wrapped(text, "try: ", f.advice());
      }
    }
    report.notes().forEach(n -> text.append("\nnote: ").append(n));
    text.append(report.notes().isEmpty() ? "" : "\n").append('\n').append(verdict(report));
    return text.append('\n').toString();
  }

  /** One sentence. */
  static String verdict(AuditReport report) {
    List<String> notable = report.notable().stream().map(Finding::title).toList();
    long measured =
        report.findings().stream().filter(f -> f.verdict() != Finding.Verdict.NOT_MEASURED).count();
    if (measured == 0) {
      return "Nothing of what an audit looks at was measured; the run logged "
          + String.join(", ", report.logged().stream().map(AuditReport.Logged::name).toList())
          + ".";
    }
    return notable.isEmpty()
        ? "All %d findings are within their limits.".formatted(measured)
        : "%d of %d findings are worth a look: %s."
            .formatted(notable.size(), measured, String.join(", ", notable));
  }

  static String word(Finding.Verdict verdict) {
    return switch (verdict) {
      case NOTABLE -> "look";
      case WITHIN -> "within";
      case NOT_MEASURED -> "-";
    };
  }

  private static void wrapped(StringBuilder text, String first, String sentence) {
    StringBuilder line = new StringBuilder(INDENT + first);
    int bare = line.length();
    for (String word : sentence.split(" ", -1)) {
      if (line.length() + word.length() > WIDTH && line.length() > bare) {
        text.append(line.toString().stripTrailing()).append('\n');
        line.setLength(0);
        line.append(INDENT).append("  ");
        bare = line.length();
      }
      line.append(word).append(' ');
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
