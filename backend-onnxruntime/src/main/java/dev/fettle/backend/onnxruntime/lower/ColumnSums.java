package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sums of the columns of matrices, as products with ones: the gradients of what a layer shifts and
 * scales by. There are eight a layer and each is small, so those of one width that nobody but the
 * run's caller reads are laid side by side and made by one product. Of several widths, the kernels
 * that join and cut would want tables copied to the card.
 */
final class ColumnSums {
  /** Elements that are laid side by side at most: 64 MiB. */
  private static final long MOST = 1 << 24;

  /** Results of one product; the kernel that cuts them apart takes as many. */
  private static final int LARGEST_GROUP = 32;

  /** Fewer are not worth it: three kernels serve a group. */
  private static final int SMALLEST_GROUP = 4;

  private ColumnSums() {}

  /**
   * A sum made by a product.
   *
   * @param ones what the matrix is multiplied by
   * @param matrix whose columns are summed
   * @param sizes rows and columns
   * @param result their sums
   */
  record Sum(String ones, String matrix, List<Long> sizes, String result) {
    long elements() {
      return sizes.get(0) * sizes.get(1);
    }
  }

  /** Sums the columns of a matrix. */
  static String of(OnnxEmission c, Operand matrix) {
    String ones = c.graph().literal(DType.F32, List.of(matrix.dims().get(0)), i -> 1);
    String sums = c.node("MatMul", ones, matrix.name());
    Sum sum = new Sum(ones, matrix.name(), matrix.dims(), sums);
    if (!c.columnSums().contains(sum)) {
      c.columnSums().add(sum);
    }
    return sums;
  }

  /** Sums the columns of a matrix, and cuts the sums into parts of equal width. */
  static List<String> parts(OnnxEmission c, Operand matrix, int parts) {
    long width = matrix.dims().get(1);
    String sums = Reductions.longSum(c, matrix, List.of(0), List.of(width));
    List<Long> widths = Collections.nCopies(parts, width / parts);
    return c.nodes(
        "Split", List.of(sums, c.graph().longs(widths)), parts, Attributes.integer("axis", 0));
  }

  /** Makes sums that belong to nobody else together. */
  static void merge(OnnxEmission c) {
    Map<Object, List<Member>> groups = new LinkedHashMap<>();
    for (Sum sum : c.columnSums()) {
      Optional<Member> member = member(c.graph(), sum);
      if (member.isEmpty()) {
        continue;
      }
      List<Member> group = groups.computeIfAbsent(member.get().kind(), k -> new ArrayList<>());
      if (isFull(group, member.get())) {
        merge(c, group);
        group.clear();
      }
      group.add(member.get());
    }
    groups.values().forEach(group -> merge(c, group));
  }

  private static boolean isFull(List<Member> group, Member next) {
    long elements = (group.size() + 1) * next.sum.elements();
    int results = (group.size() + 1) * next.results.size();
    return !group.isEmpty() && (elements > MOST || results > LARGEST_GROUP);
  }

  /**
   * A sum that may be made together with others.
   *
   * @param nodes the product, and what cuts its result
   * @param results the names of the sums or of their parts
   * @param widths of each
   */
  private record Member(Sum sum, List<OnnxNode> nodes, List<String> results, List<Long> widths) {
    Object kind() {
      return List.of(sum.sizes, widths);
    }
  }

  private static Optional<Member> member(OnnxGraph graph, Sum sum) {
    Optional<OnnxNode> product = graph.producer(sum.result).filter(graph.nodes()::contains);
    if (product.isEmpty()) {
      return Optional.empty();
    }
    if (isOnlyOutput(graph, sum.result)) {
      List<Long> width = List.of(sum.sizes.get(1));
      return Optional.of(new Member(sum, List.of(product.get()), List.of(sum.result), width));
    }
    List<OnnxNode> readers = graph.readers(sum.result);
    boolean cut =
        readers.size() == 1
            && readers.get(0).op().equals("Split")
            && !graph.isOutput(sum.result)
            && readers.get(0).outputs().stream().allMatch(o -> isOnlyOutput(graph, o));
    if (!cut) {
      return Optional.empty();
    }
    OnnxNode split = readers.get(0);
    return graph
        .longs(split.inputs().get(1))
        .map(w -> new Member(sum, List.of(product.get(), split), split.outputs(), w));
  }

  private static boolean isOnlyOutput(OnnxGraph graph, String name) {
    return graph.isOutput(name) && graph.readers(name).isEmpty();
  }

  private static void merge(OnnxEmission c, List<Member> group) {
    List<String> results = group.stream().flatMap(m -> m.results.stream()).toList();
    if (results.size() < SMALLEST_GROUP) {
      return;
    }
    OnnxGraph graph = c.graph();
    Set<OnnxNode> old = new HashSet<>();
    group.forEach(m -> old.addAll(m.nodes));
    List<Long> widths = group.stream().flatMap(m -> m.widths.stream()).toList();
    List<String> matrices = group.stream().map(m -> m.sum.matrix).toList();
    String all = graph.fresh();
    String sums = graph.fresh();
    OnnxNode last = group.get(group.size() - 1).nodes.get(0);
    for (OnnxNode n : graph.nodes()) {
      last = old.contains(n) && n.op().equals("MatMul") ? n : last;
    }
    graph.replace(
        old,
        last,
        List.of(
            graph.draft("Concat", matrices, List.of(all), Attributes.integer("axis", 1)),
            graph.draft("MatMul", List.of(group.get(0).sum.ones, all), List.of(sums)),
            graph.draft(
                "Split",
                List.of(sums, graph.longs(widths)),
                results,
                Attributes.integer("axis", 0))));
  }
}
