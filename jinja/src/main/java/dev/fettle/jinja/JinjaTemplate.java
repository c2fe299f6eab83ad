package dev.fettle.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed template. Immutable; many threads may render it at once. */
public final class JinjaTemplate {

  /**
   * Where a {@code generation} block stands in the text.
   *
   * @param start first UTF-16 unit
   * @param end one past the last
   */
  public record Span(int start, int end) {}

  /**
   * What a template writes.
   *
   * @param text all of it
   * @param generated the generation blocks that are not empty, in order
   */
  public record Rendered(String text, List<Span> generated) {}

  private final List<Statement> statements;
  private final Limits limits;

  private JinjaTemplate(List<Statement> statements, Limits limits) {
    this.statements = statements;
    this.limits = limits;
  }

  /**
   * Parses a template, to be rendered within {@link Limits#standard()}.
   *
   * @throws TemplateException where the source is not a template, with the line
   */
  public static JinjaTemplate parse(String source) {
    return parse(source, Limits.standard());
  }

  /**
   * Parses a template, to be rendered within limits of the caller's own.
   *
   * @throws TemplateException where the source is not a template, with the line
   */
  public static JinjaTemplate parse(String source, Limits limits) {
    if (source.length() > Limits.LONGEST_SOURCE) {
      throw new TemplateException(
          "a template of %,d characters; the longest that is read has %,d"
              .formatted(source.length(), Limits.LONGEST_SOURCE));
    }
    return new JinjaTemplate(StatementParser.parse(source), limits);
  }

  /**
   * Renders the template.
   *
   * @param variables plain Java values: null, Boolean, Number, String, List, Map, as deep as needed
   * @param clock for {@code strftime_now}
   * @throws TemplateException where the template fails, raises, or goes over its limits, with the
   *     line
   */
  public Rendered render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
    Bounds bounds = new Bounds(limits);
    Map<String, Object> all = Globals.with(clock);
    try {
      Inputs inputs = new Inputs(bounds);
      variables.forEach((name, value) -> all.put(name, inputs.of(value)));
    } catch (StackOverflowError e) {
      throw new TemplateException("the values passed in lie too deep in each other");
    }
    Output out = Output.root(bounds);
    // The template's own assignments stay apart from its input.
    Statement.runAll(statements, Frame.root(bounds, all).child(), out);
    return new Rendered(out.toString(), out.spans());
  }
}
