package dev.fettle.integration.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** Makes templates that parse: what is wrong with them shows only when they are rendered. */
final class TemplateGrammar {

  private static final List<String> FILTERS =
      List.of(
          "abs",
          "attr",
          "batch",
          "capitalize",
          "count",
          "d",
          "dictsort",
          "e",
          "first",
          "float",
          "format",
          "groupby",
          "indent",
          "int",
          "items",
          "join",
          "last",
          "length",
          "list",
          "lower",
          "map",
          "max",
          "min",
          "reject",
          "rejectattr",
          "replace",
          "reverse",
          "round",
          "safe",
          "select",
          "selectattr",
          "sort",
          "string",
          "sum",
          "title",
          "tojson",
          "trim",
          "truncate",
          "unique",
          "upper",
          "wordcount",
          "nosuchfilter");

  private static final List<String> METHODS =
      List.of(
          "strip",
          "split",
          "rsplit",
          "splitlines",
          "partition",
          "rpartition",
          "startswith",
          "removeprefix",
          "removesuffix",
          "replace",
          "upper",
          "casefold",
          "swapcase",
          "find",
          "rfind",
          "index",
          "count",
          "join",
          "zfill",
          "ljust",
          "rjust",
          "center",
          "format",
          "isdigit",
          "islower",
          "get",
          "items",
          "keys",
          "values",
          "copy",
          "append",
          "role",
          "content",
          "tool_calls",
          "self",
          "index0",
          "cycle",
          "changed",
          "previtem",
          "nosuch");

  private static final List<String> TESTS =
      List.of(
          "boolean",
          "callable",
          "defined",
          "even",
          "float",
          "integer",
          "iterable",
          "lower",
          "mapping",
          "none",
          "number",
          "odd",
          "sequence",
          "string",
          "true",
          "undefined",
          "upper",
          "divisibleby(3)",
          "sameas(none)",
          "eq(1)",
          "in([1, 'a'])",
          "lt(2)",
          "nosuchtest");

  private static final List<String> OPERATORS =
      List.of(
          "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in",
          "not in", "and", "or");

  private static final List<String> ATOMS =
      List.of(
          "1",
          "0",
          "-1",
          "2147483648",
          "9223372036854775807",
          "1.5",
          "1e308",
          "''",
          "'a'",
          "'%s|%5.1f'",
          "'{}{0}'",
          "'a b\\nc'",
          "'ß→😀'",
          "true",
          "false",
          "none",
          "missing",
          "messages",
          "tools",
          "n",
          "x",
          "ns",
          "loop",
          "m",
          "bos_token",
          "range(5)",
          "[]",
          "{}",
          "()",
          "'role'",
          "'map'",
          "namespace(a=1)",
          "strftime_now('%d %b')",
          "varargs",
          "kwargs",
          "caller");

  private final SplittableRandom random;

  TemplateGrammar(SplittableRandom random) {
    this.random = random;
  }

  String template() {
    StringBuilder text = new StringBuilder("{% set ns = namespace(a=1, b=[]) %}");
    int statements = 1 + random.nextInt(6);
    for (int i = 0; i < statements; i++) {
      text.append(statement(3));
    }
    return text.toString();
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  private String statement(int depth) {
    if (depth == 0) {
      return "{{ " + expression(2) + " }}";
    }
    String body = statement(depth - 1) + (random.nextBoolean() ? statement(depth - 1) : "\n text ");
    String value = expression(depth);
    return switch (random.nextInt(13)) {
      case 0 -> "{% if " + value + " %}" + body + "{% else %}-{% endif %}";
      case 1 -> "{%- for i in " + value + " -%}" + body + "{% endfor %}";
      case 2 -> "{% for a, b in " + value + " if loop is defined %}" + body + "{% endfor %}";
      case 3 -> "{% set x = " + value + " %}";
      case 4 -> "{% set ns." + pick(List.of("a", "b", "self")) + " = " + value + " %}";
      case 5 -> "{% set x | " + pick(FILTERS) + " %}" + body + "{% endset %}";
      case 6 ->
          "{% macro m(a, b="
              + value
              + ") %}"
              + body
              + "{% endmacro %}{{ m("
              + expression(1)
              + ") }}";
      case 7 -> "{% call(a) m(" + value + ") %}" + body + "{% endcall %}";
      case 8 ->
          "{% filter " + pick(FILTERS) + "(" + arguments(1) + ") %}" + body + "{% endfilter %}";
      case 9 -> "{% generation %}" + body + "{% endgeneration %}";
      case 10 -> "{% with a = " + value + " %}" + body + "{% endwith %}";
      default -> "{{ " + value + " }}";
    };
  }

  private String expression(int depth) {
    if (depth == 0) {
      return pick(ATOMS);
    }
    String inner = expression(depth - 1);
    return switch (random.nextInt(13)) {
      case 0 -> "(" + inner + ")|" + pick(FILTERS) + "(" + arguments(depth - 1) + ")";
      case 1 -> "(" + inner + ")|" + pick(FILTERS);
      case 2 -> "(" + inner + ")." + pick(METHODS) + "(" + arguments(depth - 1) + ")";
      case 3 -> "(" + inner + ")." + pick(METHODS);
      case 4 -> "(" + inner + ") is " + (random.nextBoolean() ? "not " : "") + pick(TESTS);
      case 5, 6 -> "(" + inner + ") " + pick(OPERATORS) + " (" + expression(depth - 1) + ")";
      case 7 -> "(" + inner + ")[" + expression(depth - 1) + "]";
      case 8 -> "(" + inner + ")[" + part() + ":" + part() + ":" + part() + "]";
      case 9 -> "[" + inner + ", " + expression(depth - 1) + "]";
      case 10 -> "{" + inner + ": " + expression(depth - 1) + "}";
      case 11 -> inner + " if " + expression(depth - 1) + " else " + pick(ATOMS);
      default -> inner;
    };
  }

  private String part() {
    return random.nextInt(3) == 0 ? "" : pick(ATOMS);
  }

  private String arguments(int depth) {
    return switch (random.nextInt(6)) {
      case 0, 1 -> "";
      case 2 -> expression(depth) + ", " + pick(ATOMS);
      case 3 ->
          pick(List.of("attribute", "width", "indent", "default", "sep", "fill_with"))
              + "="
              + pick(ATOMS);
      case 4 -> "*" + expression(depth);
      default -> expression(depth);
    };
  }
}
