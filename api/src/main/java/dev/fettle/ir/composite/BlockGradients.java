package dev.fettle.ir.composite;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.QueryBlocks.Block;
import dev.fettle.ir.composite.QueryBlocks.View;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The gradients of a {@link CausalAttention}, block by block. With {@code p = e^(score - total)}
 * and the incoming gradient d: {@code dv = p^T d}, {@code ds = p (d v^T - rowsum(d out))}, {@code
 * dq = ds k scale}, {@code dk = ds^T q scale}.
 */
final class BlockGradients {
  private final GraphBuilder g;
  private final CausalAttention op;
  private final List<Value> in;
  private final QueryBlocks blocks;
  private final List<Value> queries;
  private final List<Value> incoming;
  private final List<Value> totals;
  private final List<Value> along;
  private final List<Value> toQueries = new ArrayList<>();
  private final KeySum toKeys;
  private final KeySum toValues;

  /** Gradients from the operands of a {@link CausalAttention.Grad}. */
  BlockGradients(GraphBuilder g, CausalAttention op, List<Value> in) {
    this.g = g;
    this.op = op;
    this.in = in;
    List<Value> attributes = in.subList(6, in.size());
    blocks = new QueryBlocks(g, op, in.get(0).shape(), in.get(1), in.get(2), attributes);
    queries = blocks.cut(in.get(0));
    incoming = blocks.cut(in.get(5));
    totals = blocks.cut(in.get(4));
    // rowsum(p dp) over the keys is rowsum(d out) over a head: shorter, and better conditioned.
    along = blocks.cut(g.sum(g.mul(in.get(3), in.get(5)), List.of(3)));
    toKeys = new KeySum(g);
    toValues = new KeySum(g);
  }

  /** Those for q, k and v. */
  List<Value> all() {
    blocks.backwards().forEach(this::add);
    return List.of(
        blocks.joined(toQueries), toKeys.all(in.get(1).shape()), toValues.all(in.get(2).shape()));
  }

  private void add(Block b) {
    int i = b.index();
    List<Value> before = new ArrayList<>(List.of(incoming.get(i)));
    before.addAll(toKeys.pending());
    before.addAll(toValues.pending());
    before.addAll(toQueries.subList(0, Math.min(1, toQueries.size())));
    View view = blocks.view(b, before);
    Iterator<Value> passed = view.waited().iterator();
    Value d = blocks.stacked(passed.next());
    toKeys.pass(passed);
    toValues.pass(passed);
    if (passed.hasNext()) {
      toQueries.set(0, passed.next());
    }
    Value rows = g.scale(blocks.stacked(queries.get(i)), op.scale());
    Value scores = blocks.scores(rows, view, b);
    Value weights = g.exp(g.sub(scores, blocks.repeated(totals.get(i), b)));
    Value toWeights = blocks.products(d, view.values(), b);
    Value toScores =
        blocks.rows(g.mul(weights, g.sub(toWeights, blocks.repeated(along.get(i), b))));
    Value dq = g.matmul(toScores, view.keys(), false, false, op.precision());
    toQueries.add(0, blocks.unstacked(g.scale(dq, op.scale()), b));
    // Products with the narrow side turned: a runtime would turn all scores otherwise.
    toKeys.add(b, g.matmul(rows, toScores, true, false, op.precision()));
    toValues.add(b, g.matmul(d, blocks.rows(weights), true, false, op.precision()));
  }
}
