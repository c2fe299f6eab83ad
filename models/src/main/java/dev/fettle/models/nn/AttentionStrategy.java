package dev.fettle.models.nn;

import dev.fettle.ir.Value;
import java.util.OptionalInt;

/** How the queries of a layer meet keys and values. */
public interface AttentionStrategy {

  /**
   * What a model says of an attention layer.
   *
   * @param layer its index
   * @param scale the factor on the scores
   * @param window how many tokens back a query sees, itself included, where the layer is limited
   */
  record Spec(int layer, double scale, OptionalInt window) {}

  /**
   * Appends the attention.
   *
   * @param q {@code [batch, heads, seq, headDim]}
   * @param k {@code [batch, kvHeads, seq, headDim]}
   * @param v {@code [batch, kvHeads, seq, headDim]}
   * @return {@code [batch, heads, seq, headDim]}
   */
  Value attend(ModelScope scope, Spec spec, Value q, Value k, Value v);
}
