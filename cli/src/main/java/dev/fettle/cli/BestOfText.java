package dev.fettle.cli;

import dev.fettle.bestof.BestOfReport;
import dev.fettle.bestof.BestOfReport.Point;
import dev.fettle.bestof.Mean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A report of best-of-N as a person reads it.
 *
 * @param report what it came to
 */
record BestOfText(BestOfReport report) {

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<Point> points = report.points();
    lines.add(String.format(Locale.ROOT, "%-16s %,d", "prompts", report.prompts()));
    if (report.unscored() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "warning: no answer to %,d of them has a reward; their completion is null",
              report.unscored()));
    }
    if (points.isEmpty()) {
      return lines;
    }
    Point last = points.get(points.size() - 1);
    lines.add(named("one answer", points.get(0).reward()));
    lines.add(named("best of " + last.n(), last.reward()));
    lines.add(named("gain", report.gain()));
    report.goldGain().ifPresent(g -> lines.add(named("gain in gold", g)));
    lines.add("");
    boolean gold = report.goldGain().isPresent();
    lines.add(
        String.format(
            Locale.ROOT,
            "%6s  %-33s%s  %s",
            "n",
            "reward",
            gold ? "  " + pad("gold") : "",
            "KL at most"));
    for (Point p : points) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%6d  %s%s  %.4f",
              p.n(),
              pad(shown(p.reward())),
              gold ? "  " + pad(p.gold().map(BestOfText::shown).orElse("-")) : "",
              p.klBound()));
    }
    return lines;
  }

  private static String pad(String text) {
    return String.format(Locale.ROOT, "%-33s", text);
  }

  private static String named(String name, Mean mean) {
    return String.format(Locale.ROOT, "%-16s %s", name, shown(mean));
  }

  private static String shown(Mean mean) {
    return Double.isNaN(mean.low())
        ? String.format(Locale.ROOT, "%.4f", mean.mean())
        : String.format(Locale.ROOT, "%.4f (%.4f to %.4f)", mean.mean(), mean.low(), mean.high());
  }
}
