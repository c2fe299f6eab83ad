package dev.fettle.tck.cases;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.GraphPrinter;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Renders {@code docs/contributing/ops.md}: each operation with one example, and what composites
 * mean.
 */
public final class OpsPage {
  private static final int LONGEST = 60;

  private OpsPage() {}

  /** The page. */
  public static String render() {
    StringBuilder page = new StringBuilder();
    page.append("# Operations\n\n")
        .append(
            "Rendered from the op cases of `backend-tck`; `OpsPageTest` fails where this page is out\n")
        .append(
            "of date and says how to write it again. Axes are named; a name is part of the type.\n\n")
        .append("## Primitives\n\nEvery backend has a lowering for each.\n\n");
    page.append("| operation | example | cases | differentiable |\n|---|---|---|---|\n");
    byName(OpCases.primitives()).forEach((name, cases) -> row(page, name, cases));
    page.append(
        "\n## Composites\n\nA backend may have a kernel of its own; the meaning is the decomposition.\n");
    byName(OpCases.composites()).forEach((name, cases) -> section(page, name, cases));
    return page.toString();
  }

  private static Map<String, List<OpCase>> byName(List<OpCase> cases) {
    Map<String, List<OpCase>> grouped = new LinkedHashMap<>();
    for (OpCase c : cases) {
      grouped.computeIfAbsent(c.op(DType.F32).name(), k -> new ArrayList<>()).add(c);
    }
    return grouped;
  }

  private static void row(StringBuilder page, String name, List<OpCase> cases) {
    OpCase first = cases.get(0);
    page.append("| `")
        .append(name)
        .append("` | `")
        .append(types(first.types(DType.F32)))
        .append(" -> ")
        .append(types(first.op(DType.F32).infer(first.types(DType.F32))))
        .append("` | ")
        .append(cases.size())
        .append(" | ")
        .append(cases.stream().anyMatch(OpCase::differentiable) ? "yes" : "no")
        .append(" |\n");
  }

  private static String types(List<TensorType> types) {
    return String.join(", ", types.stream().map(TensorType::toString).toList());
  }

  private static void section(StringBuilder page, String name, List<OpCase> cases) {
    OpCase first = cases.get(0);
    Op op = first.op(DType.F32);
    page.append("\n### ").append(name).append("\n\n");
    page.append("`").append(op).append("`, ").append(cases.size()).append(" cases");
    page.append(((CompositeOp) op).hasVjp() ? ", with a gradient rule of its own" : "");
    page.append(".\n\n```\n");
    page.append(decomposition((CompositeOp) op, first.types(DType.F32)));
    page.append("```\n");
  }

  private static String decomposition(CompositeOp op, List<TensorType> types) {
    GraphBuilder g = new GraphBuilder();
    List<Value> in = new ArrayList<>();
    for (TensorType type : types) {
      in.add(g.parameter("in" + in.size(), type, false));
    }
    List<Value> results = op.decompose(g, in);
    GraphPrinter printer = new GraphPrinter();
    List<String> lines = printer.print(g.build(results).nodes()).lines().toList();
    StringBuilder text = new StringBuilder();
    lines.stream().limit(LONGEST).forEach(line -> text.append(line).append('\n'));
    if (lines.size() > LONGEST) {
      text.append("... ").append(lines.size() - LONGEST).append(" more\n");
    }
    text.append("results ");
    text.append(String.join(", ", results.stream().map(printer::nameOf).toList()));
    return text.append('\n').toString();
  }
}
