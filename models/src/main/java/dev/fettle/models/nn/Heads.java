package dev.fettle.models.nn;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import java.util.List;

/** Between rows of tokens and attention heads. */
public final class Heads {
  private Heads() {}

  /** {@code [tokens, heads * headDim] -> [batch, seq, heads, headDim]}; no element moves. */
  public static Value split(GraphBuilder g, Value x, TokenInputs tokens, Dim heads, Dim headDim) {
    return g.reshape(x, tokens.batch(), tokens.seq(), heads, headDim);
  }

  /** {@code [batch, seq, heads, headDim] -> [batch, heads, seq, headDim]}. */
  public static Value forward(GraphBuilder g, Value x) {
    return g.transpose(x, List.of(0, 2, 1, 3));
  }

  /** {@code [batch, heads, seq, headDim] -> [tokens, joined]}. */
  public static Value join(GraphBuilder g, Value x, TokenInputs tokens, Dim joined) {
    return g.reshape(g.transpose(x, List.of(0, 2, 1, 3)), tokens.tokens(), joined);
  }
}
