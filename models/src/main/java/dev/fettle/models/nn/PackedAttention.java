package dev.fettle.models.nn;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Attention;
import java.util.List;
import java.util.OptionalInt;

/**
 * Causal attention inside each segment of a packed row: a token sees the earlier tokens of its own
 * segment and itself. Padding is a segment of its own, so every token sees at least itself.
 */
public final class PackedAttention implements AttentionStrategy {
  private final Value segments;

  /** Attention masked by {@code segments I32[batch, seq]}. */
  public PackedAttention(Value segments) {
    this.segments = segments;
  }

  @Override
  public Value attend(ModelScope scope, Spec spec, Value q, Value k, Value v) {
    GraphBuilder g = scope.g();
    Value renamedQ = g.reshape(q, q.shape().with(2, new Dim("query", q.shape().size(2))));
    Dim key = new Dim("key", k.shape().size(2));
    Value renamedK = g.reshape(k, k.shape().with(2, key));
    Value renamedV = g.reshape(v, v.shape().with(2, key));
    Attention attention = new Attention(spec.scale(), scope.options().precision());
    Value mixed = Attention.of(g, attention, renamedQ, renamedK, renamedV, bias(g, spec.window()));
    return g.reshape(mixed, q.shape());
  }

  /** 0 where query i may see key j, hugely negative elsewhere; written once for all layers. */
  private Value bias(GraphBuilder g, OptionalInt window) {
    Dim batch = segments.shape().dim(0);
    Dim query = new Dim("query", segments.shape().size(1));
    Dim key = new Dim("key", segments.shape().size(1));
    Shape shape = Shape.of(batch, query, key);
    TensorType type = new TensorType(DType.I32, shape);
    Value own = g.broadcast(g.reshape(segments, batch, query), shape, List.of(0, 1));
    Value other = g.broadcast(g.reshape(segments, batch, key), shape, List.of(0, 2));
    Value i = g.iota(type, 1);
    Value j = g.iota(type, 2);
    Value allowed = g.and(g.equal(own, other), g.not(g.less(i, j)));
    if (window.isPresent()) {
      Value first = g.sub(i, g.fill(window.getAsInt() - 1.0, type));
      allowed = g.and(allowed, g.not(g.less(j, first)));
    }
    TensorType f32 = new TensorType(DType.F32, shape);
    return g.select(allowed, g.fill(0, f32), g.fill(Attention.MASKED, f32));
  }
}
