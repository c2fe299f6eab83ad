package dev.fettle.models.nn;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Attention;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.List;

/**
 * Attention over a cache that grows as tokens are generated. The new keys and values are written
 * into its slots from {@code start} on; queries then see every cached position their row allows, up
 * to their own. A cache may have more positions than are in use: those behind the newest are
 * hidden.
 *
 * <p>Rows of different prompt length are padded on the left, so that one start serves all rows; a
 * row's padding is hidden by {@code first}.
 */
public final class CachedAttention implements AttentionStrategy {
  private final ProgramBuilder builder;
  private final KeyValueCache cache;
  private final Value start;
  private final Value first;

  /**
   * Attention over a cache of as many rows as the batch.
   *
   * @param start I32 scalar: the cache position of the first new token
   * @param first I32[batch]: the cache position of each row's first real token
   */
  public CachedAttention(ProgramBuilder builder, KeyValueCache cache, Value start, Value first) {
    this.builder = builder;
    this.cache = cache;
    this.start = start;
    this.first = first;
  }

  @Override
  public Value attend(ModelScope scope, Spec spec, Value q, Value k, Value v) {
    GraphBuilder g = scope.g();
    Value keys = update(g, cache.keys(spec.layer()), k);
    Value values = update(g, cache.values(spec.layer()), v);
    Value renamedQ = g.reshape(q, q.shape().with(2, new Dim("query", q.shape().size(2))));
    Attention attention = new Attention(spec.scale(), scope.options().precision());
    Value bias = bias(g, spec, q.shape().dim(0), q.shape().size(2));
    return g.reshape(Attention.of(g, attention, renamedQ, keys, values, bias), q.shape());
  }

  private Value update(GraphBuilder g, Slot slot, Value fresh) {
    Value old = builder.state(slot, false);
    Value renamed = g.reshape(fresh, cache.shapeOf(fresh.shape().size(2)));
    Value updated = g.dynamicUpdateSlice(old, renamed, start, 2);
    builder.write(slot.name(), updated);
    return updated;
  }

  private Value bias(GraphBuilder g, Spec spec, Dim batch, long queries) {
    Shape shape = Shape.of(batch, new Dim("query", queries), new Dim("key", cache.positions()));
    TensorType type = new TensorType(DType.I32, shape);
    Value at = g.add(g.iota(type, 1), g.broadcast(start, shape, List.of()));
    Value key = g.iota(type, 2);
    // A padded query sees nothing real; it is let see itself so that its row stays finite.
    Value real = g.not(g.less(key, g.broadcast(first, shape, List.of(0))));
    Value allowed = g.or(g.and(real, g.not(g.less(at, key))), g.equal(at, key));
    if (spec.window().isPresent()) {
      Value oldest = g.sub(at, g.fill(spec.window().getAsInt() - 1.0, type));
      allowed = g.and(allowed, g.not(g.less(key, oldest)));
    }
    TensorType f32 = new TensorType(DType.F32, shape);
    return g.select(allowed, g.fill(0, f32), g.fill(Attention.MASKED, f32));
  }
}
