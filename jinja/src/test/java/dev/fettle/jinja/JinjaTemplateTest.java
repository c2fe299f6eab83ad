package dev.fettle.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JinjaTemplateTest {

  private static JinjaTemplate.Rendered render(String template) {
    return JinjaTemplate.parse(template)
        .render(Map.of("items", List.of("a", "", "\uD83D\uDE00")), Clock.systemUTC());
  }

  @Test
  void generationBlocksGiveSpansInUtf16Units() {
    JinjaTemplate.Rendered rendered =
        render("{% for i in items %}<{% generation %}{{ i }}{% endgeneration %}>{% endfor %}");
    assertThat(rendered.text()).isEqualTo("<a><><\uD83D\uDE00>");
    assertThat(rendered.generated())
        .containsExactly(new JinjaTemplate.Span(1, 2), new JinjaTemplate.Span(6, 8));
  }

  @Test
  void whatIsSetInAGenerationBlockEndsWithIt() {
    assertThat(
            render(
                    "{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}")
                .text())
        .isEqualTo("21");
  }

  @Test
  void renderingLeavesItsInputAlone() {
    Map<String, Object> variables = new HashMap<>(Map.of("x", 1));
    JinjaTemplate template = JinjaTemplate.parse("{{ x }}{% set x = 2 %}{{ x }}");
    assertThat(template.render(variables, Clock.systemUTC()).text()).isEqualTo("12");
    assertThat(template.render(variables, Clock.systemUTC()).text()).isEqualTo("12");
    assertThat(variables).containsEntry("x", 1);
  }

  private static Stream<Arguments> broken() {
    return Stream.of(
        arguments(1, "{{", "unexpected end of template, expected '}}'"),
        arguments(2, "a\n{% if x %}b", "the tag is not closed: expected elif or else or endif"),
        arguments(3, "a\n\n{% nonsense %}", "Encountered unknown tag 'nonsense'."),
        arguments(1, "{% endif %}", "Encountered unknown tag 'endif'."),
        arguments(1, "{{ 1 + }}", "expected an expression, got '}}'"),
        arguments(2, "\n{{ \"open }}", "a string is not closed"),
        arguments(1, "{% break %}", "'break' or 'continue' outside loop"),
        arguments(2, "\n{# no end", "Missing end of comment tag"),
        arguments(1, "{% for x of y %}{% endfor %}", "expected 'in', got 'of'"),
        arguments(1, "{{ f(1 2) }}", "expected ',', got '2'"),
        arguments(1, "{{ 1 ? 2 }}", "unexpected char '?'"),
        arguments(1, "{{ 99999999999999999999 }}", "integer too large: 99999999999999999999"),
        arguments(1, "{% include 'x' %}", "Encountered unknown tag 'include'."));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void saysWhereATemplateDoesNotParse(int line, String template, String reason) {
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> JinjaTemplate.parse(template))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
        .satisfies(e -> assertThat(e.line()).isEqualTo(line));
  }

  @Test
  void saysWhereATemplateFails() {
    String template =
        "{% macro m() %}\n{{ none + 1 }}\n{% endmacro %}\n{% for i in items %}\n{{ m() }}\n{% endfor %}";
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> render(template))
        .satisfies(e -> assertThat(e.line()).isEqualTo(2))
        .withMessage("line 2: unsupported operand type(s) for +: 'NoneType' and 'int'");
  }

  @Test
  void saysWhichBranchFails() {
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> render("{% if false %}\n{% elif\n missing.x %}\n{% endif %}"))
        .satisfies(e -> assertThat(e.line()).isEqualTo(2));
  }

  @Test
  void refusesToLoseAGenerationBlock() {
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(
            () ->
                render(
                    "{% macro m() %}{% generation %}x{% endgeneration %}{% endmacro %}{{ m() }}"))
        .withMessageContaining("generation block inside a macro");
  }

  @Test
  void refusesEndlessRecursion() {
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"))
        .withMessageContaining("without end");
  }

  @Test
  void refusesRunawayRepetition() {
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> render("{{ 'x' * 10000000 }}"));
  }
}
