package dev.fettle.backend.onnxruntime.lower;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Queries, keys and values that one product gives side by side: their heads are turned together and
 * then parted, instead of each by itself; likewise back in the gradient. Of {@code [tokens, (q | k
 * | v)]} the heads of all three follow one another, so that both orders mean the same.
 */
final class HeadMoves {
  private static final List<Long> TURNED = List.of(0L, 2L, 1L, 3L);
  private static final int TOKENS = 1;
  private static final int HEADS = 2;

  private final OnnxEmission c;
  private final OnnxGraph graph;

  private HeadMoves(OnnxEmission c) {
    this.c = c;
    this.graph = c.graph();
  }

  /** Merges what can be. */
  static void merge(OnnxEmission c) {
    HeadMoves moves = new HeadMoves(c);
    for (OnnxNode node : List.copyOf(c.graph().nodes())) {
      if (node.op().equals("Split")) {
        moves.parted(node);
      } else if (node.op().equals("Concat")) {
        moves.joined(node);
      }
    }
  }

  private boolean isTurned(OnnxNode node) {
    return node.op().equals("Transpose") && node.attributes().get(0).getIntsList().equals(TURNED);
  }

  private Optional<OnnxNode> onlyReader(String name, String op) {
    List<OnnxNode> readers = graph.readers(name);
    return readers.size() == 1 && !graph.isOutput(name)
        ? Optional.of(readers.get(0)).filter(n -> n.op().equals(op))
        : Optional.empty();
  }

  /** A split along the last axis whose every part becomes heads, and these are turned. */
  private void parted(OnnxNode split) {
    Set<OnnxNode> old = new HashSet<>(Set.of(split));
    List<String> turned = new ArrayList<>();
    List<List<Long>> apart = new ArrayList<>();
    for (String part : split.outputs()) {
      Optional<OnnxNode> heads = onlyReader(part, "Reshape");
      Optional<OnnxNode> turn =
          heads.flatMap(h -> onlyReader(h.outputs().get(0), "Transpose")).filter(this::isTurned);
      if (turn.isEmpty()) {
        return;
      }
      old.addAll(List.of(heads.get(), turn.get()));
      turned.add(turn.get().outputs().get(0));
      graph.longs(heads.get().inputs().get(1)).ifPresent(apart::add);
    }
    if (apart.size() != turned.size() || !isAlike(apart, HEADS) || !isLast(split, apart)) {
      return;
    }
    List<Long> heads = apart.stream().map(s -> s.get(HEADS)).toList();
    List<Long> all = new ArrayList<>(apart.get(0));
    all.set(HEADS, heads.stream().mapToLong(Long::longValue).sum());
    String together = graph.fresh();
    String moved = graph.fresh();
    graph.replace(
        old,
        split,
        List.of(
            graph.draft(
                "Reshape", List.of(split.inputs().get(0), graph.longs(all)), List.of(together)),
            turn(together, moved),
            graph.draft(
                "Split",
                List.of(moved, graph.longs(heads)),
                turned,
                Attributes.integer("axis", 1))));
  }

  /** True where the axis that is split is the one that becomes heads. */
  private boolean isLast(OnnxNode split, List<List<Long>> apart) {
    long axis = split.attributes().get(0).getI();
    List<Long> before = c.sizes(split.outputs().get(0)).orElse(List.of());
    List<Long> of = apart.get(0);
    return axis == before.size() - 1 && before.get((int) axis) == of.get(HEADS) * of.get(3);
  }

  /** Tensors of four axes of which one alone may differ. */
  private static boolean isAlike(List<List<Long>> sizes, int axis) {
    for (List<Long> s : sizes) {
      for (int i = 0; i < s.size(); i++) {
        if (s.size() != 4 || (i != axis && !s.get(i).equals(sizes.get(0).get(i)))) {
          return false;
        }
      }
    }
    return true;
  }

  private OnnxNode turn(String from, String to) {
    return graph.draft(
        "Transpose",
        List.of(from),
        List.of(to),
        Attributes.integers("perm", List.of(0, HEADS, TOKENS, 3)));
  }

  /** A concatenation along the last axis of heads that were turned back. */
  private void joined(OnnxNode concat) {
    Set<OnnxNode> old = new HashSet<>(Set.of(concat));
    List<String> heads = new ArrayList<>();
    List<List<Long>> sizes = new ArrayList<>();
    for (String part : concat.inputs()) {
      Optional<OnnxNode> flat =
          graph.producer(part).filter(n -> n.op().equals("Reshape") && isOnlyFor(part, concat));
      Optional<OnnxNode> turn =
          flat.flatMap(f -> graph.producer(f.inputs().get(0)))
              .filter(t -> isTurned(t) && isOnlyFor(t.outputs().get(0), flat.get()));
      if (turn.isEmpty()) {
        return;
      }
      old.addAll(List.of(flat.get(), turn.get()));
      heads.add(turn.get().inputs().get(0));
      c.sizes(turn.get().inputs().get(0)).ifPresent(sizes::add);
    }
    if (sizes.size() != heads.size() || !isAlike(sizes, 1) || !isWidth(concat, sizes.get(0))) {
      return;
    }
    String together = graph.fresh();
    String moved = graph.fresh();
    List<Long> rows = new ArrayList<>(c.sizes(concat.outputs().get(0)).orElseThrow());
    graph.replace(
        old,
        concat,
        List.of(
            graph.draft("Concat", heads, List.of(together), Attributes.integer("axis", 1)),
            turn(together, moved),
            graph.draft(
                "Reshape", List.of(moved, graph.longs(rows)), List.of(concat.outputs().get(0)))));
  }

  private boolean isOnlyFor(String name, OnnxNode reader) {
    return graph.readers(name).equals(List.of(reader))
        && !graph.isOutput(name)
        && reader.inputs().stream().filter(name::equals).count() == 1;
  }

  /** True where what is joined is the axis the heads lie in. */
  private boolean isWidth(OnnxNode concat, List<Long> heads) {
    long axis = concat.attributes().get(0).getI();
    List<Long> part = c.sizes(concat.inputs().get(0)).orElse(List.of());
    boolean known = c.sizes(concat.outputs().get(0)).isPresent();
    return known && axis == part.size() - 1 && part.get((int) axis) == heads.get(1) * heads.get(3);
  }
}
