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

  private JinjaTemplate(List<Statement> statements) {
    this.statements = statements;
  }

  /**
   * Parses a template.
   *
   * @throws TemplateException where the source is not a template, with the line
   */
  public static JinjaTemplate parse(String source) {
    try {
      return new JinjaTemplate(StatementParser.parse(source));
    } catch (StackOverflowError e) {
      throw new TemplateException("the template is nested too deeply");
    }
  }

  /**
   * Renders the template.
   *
   * @param variables plain Java values: null, Boolean, Number, String, List, Map, as deep as needed
   * @param clock for {@code strftime_now}
   * @throws TemplateException where the template fails or raises, with the line
   */
  public Rendered render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
    Map<String, Object> all = Globals.with(clock);
    variables.forEach((name, value) -> all.put(name, Values.of(value)));
    Output out = Output.root();
    try {
      // The template's own assignments stay apart from its input.
      Statement.runAll(statements, Frame.root(all).child(), out);
    } catch (StackOverflowError e) {
      throw new TemplateException("the template's macros call each other without end");
    }
    return new Rendered(out.toString(), out.spans());
  }
}
