package dev.fettle.harness.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Curves over the steps of a run, as inline SVG. Colours come from the page's style sheet: curve
 * {@code i} has class {@code c}i. A pointer over the plot is shown a step's values by the browser.
 *
 * @param across what the horizontal axis counts, as {@code step}
 * @param curves drawn in order; where they coincide, the earlier is wider and shows
 * @param logarithmic whether the values' axis is
 * @param guide a line across, as for a tolerance; null for none
 */
public record LinePlot(
    String across, List<Curve> curves, boolean logarithmic, @Nullable Guide guide) {
  private static final double WIDTH = 640;
  private static final double HEIGHT = 300;
  private static final double LEFT = 66;
  private static final double RIGHT = 26;
  private static final double TOP = 12;
  private static final double BOTTOM = 40;

  /** Points of one curve at most; of more, the extremes of each stretch are drawn. */
  private static final int MOST_POINTS = 600;

  /** From here on lines are drawn thinner. */
  private static final int DENSE = 250;

  private static final int MOST_HINTS = 200;

  /** Those of the style sheet; of more curves, some share one. */
  public static final int COLOURS = 6;

  /**
   * One curve.
   *
   * @param name in the legend
   * @param firstStep the step of its first value
   * @param values one for each step; not drawn where not finite
   */
  public record Curve(String name, int firstStep, List<Double> values) {
    /** Copies the list. */
    public Curve {
      values = List.copyOf(values);
    }

    double at(int index) {
      return values.get(index);
    }
  }

  /**
   * A line across.
   *
   * @param name what it means
   * @param value where it is
   */
  public record Guide(String name, double value) {}

  /** Copies the list. */
  public LinePlot {
    curves = List.copyOf(curves);
  }

  /** The SVG element. */
  public String svg(String description) {
    Axis x = steps();
    Axis y = values();
    StringBuilder out = new StringBuilder();
    out.append(
        "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(WIDTH, HEIGHT, Markup.escaped(description)));
    appendGrid(out, x, y);
    for (int i = 0; i < curves.size(); i++) {
      appendCurve(out, i, x, y);
    }
    if (guide != null) {
      appendGuide(out, guide, y);
    }
    appendHints(out, x);
    return out.append("</svg>\n").toString();
  }

  private Axis steps() {
    int first = curves.stream().mapToInt(Curve::firstStep).min().orElse(1);
    int last = Math.max(lastStep(), first + 1);
    Axis axis = Axis.linear(first, last);
    List<Double> whole = axis.ticks().stream().filter(t -> t == Math.rint(t)).toList();
    return new Axis(first, last, false, whole);
  }

  private int lastStep() {
    return curves.stream().mapToInt(c -> c.firstStep() + c.values().size() - 1).max().orElse(1);
  }

  private Axis values() {
    DoubleStream all =
        curves.stream().flatMapToDouble(c -> c.values().stream().mapToDouble(v -> v));
    DoubleStream marked =
        guide == null ? all : DoubleStream.concat(all, DoubleStream.of(guide.value()));
    return logarithmic ? Axis.decades(marked) : Axis.linear(marked);
  }

  private void appendGrid(StringBuilder out, Axis x, Axis y) {
    for (double tick : y.ticks()) {
      double at = vertical(y, tick);
      line(out, "grid", LEFT, at, WIDTH - RIGHT, at);
      text(out, "end", LEFT - 8, at + 4, y.label(tick));
    }
    for (double tick : x.ticks()) {
      double at = horizontal(x, tick);
      line(out, "tick", at, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 5);
      text(out, "middle", at, HEIGHT - BOTTOM + 19, x.label(tick));
    }
    line(out, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
    text(out, "middle", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, across);
  }

  private static void appendGuide(StringBuilder out, Guide guide, Axis y) {
    double at = vertical(y, guide.value());
    line(out, "guide", LEFT, at, WIDTH - RIGHT, at);
    // Below the line where there is no room above it.
    out.append(
        "<text class=\"label\" text-anchor=\"end\" x=\"%s\" y=\"%s\">%s</text>\n"
            .formatted(
                number(WIDTH - RIGHT - 4),
                number(at < TOP + 16 ? at + 15 : at - 6),
                Markup.escaped(guide.name())));
  }

  private void appendCurve(StringBuilder out, int index, Axis x, Axis y) {
    Curve curve = curves.get(index);
    // The first of several lies under the others: drawn wide, it shows where they coincide. A
    // logarithmic axis is for curves that hardly do.
    boolean under = index == 0 && curves.size() > 1 && !logarithmic;
    boolean dense = curve.values().size() > DENSE;
    String style = "curve c" + index % COLOURS + (under ? " under" : "") + (dense ? " dense" : "");
    StringBuilder points = new StringBuilder();
    for (int i : drawn(curve)) {
      double value = curve.at(i);
      if (!Double.isFinite(value)) {
        appendPoints(out, style, points);
        points.setLength(0);
      } else {
        points.append(
            number(horizontal(x, curve.firstStep() + i)) + "," + number(vertical(y, value)) + " ");
      }
    }
    appendPoints(out, style, points);
  }

  private static void appendPoints(StringBuilder out, String style, StringBuilder points) {
    if (!points.isEmpty()) {
      out.append(
          "<polyline class=\"%s\" points=\"%s\"/>\n".formatted(style, points.toString().strip()));
    }
  }

  /** Which values are drawn: all, or the least and the greatest of each stretch. */
  private static List<Integer> drawn(Curve curve) {
    int size = curve.values().size();
    int stretch = Math.max(1, (int) Math.ceil(2.0 * size / MOST_POINTS));
    List<Integer> indices = new ArrayList<>();
    for (int from = 0; from < size; from += stretch) {
      int least = from;
      int greatest = from;
      for (int i = from; i < Math.min(size, from + stretch); i++) {
        least = curve.at(i) < curve.at(least) ? i : least;
        // A value that is not finite must show as a gap.
        greatest = curve.at(i) > curve.at(greatest) || !Double.isFinite(curve.at(i)) ? i : greatest;
      }
      indices.add(Math.min(least, greatest));
      if (least != greatest) {
        indices.add(Math.max(least, greatest));
      }
    }
    return indices;
  }

  private void appendHints(StringBuilder out, Axis x) {
    int first = (int) x.low();
    int last = lastStep();
    int stride = 1 + (last - first) / MOST_HINTS;
    double width = stride * (WIDTH - LEFT - RIGHT) / Math.max(1, last - first);
    for (int step = first; step <= last; step += stride) {
      out.append(
          "<rect class=\"hint\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"><title>%s</title></rect>\n"
              .formatted(
                  number(horizontal(x, step) - width / 2),
                  number(TOP),
                  number(width),
                  number(HEIGHT - TOP - BOTTOM),
                  Markup.escaped(hint(step))));
    }
  }

  private String hint(int step) {
    StringBuilder text = new StringBuilder(across + " " + step);
    for (Curve curve : curves) {
      int i = step - curve.firstStep();
      if (i >= 0 && i < curve.values().size()) {
        text.append(String.format(Locale.ROOT, "\n%s: %.7g", curve.name(), curve.at(i)));
      }
    }
    return text.toString();
  }

  private static double horizontal(Axis x, double step) {
    return LEFT + x.at(step) * (WIDTH - LEFT - RIGHT);
  }

  private static double vertical(Axis y, double value) {
    return HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static void line(
      StringBuilder out, String style, double x1, double y1, double x2, double y2) {
    out.append(
        "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
            .formatted(style, number(x1), number(y1), number(x2), number(y2)));
  }

  private static void text(StringBuilder out, String anchor, double x, double y, String text) {
    out.append(
        "<text text-anchor=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n"
            .formatted(anchor, number(x), number(y), Markup.escaped(text)));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
