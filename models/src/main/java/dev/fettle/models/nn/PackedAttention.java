package dev.fettle.models.nn;

import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.Segments;
import java.util.List;

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
    CausalAttention attention =
        new CausalAttention(
            spec.scale(),
            scope.options().precision(),
            CausalAttention.usualBlock(q.shape().size(2)),
            new Segments(spec.window()));
    return CausalAttention.of(scope.g(), attention, q, k, v, List.of(segments));
  }
}
