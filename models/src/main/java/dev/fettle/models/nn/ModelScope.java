package dev.fettle.models.nn;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.function.Supplier;

/**
 * What a model is given to write itself into a program.
 *
 * @param g the graph
 * @param params its parameters
 * @param linears how linear layers are computed
 * @param attention how queries meet keys: over a packed row, or over a cache
 * @param options precision and recomputation
 */
public record ModelScope(
    GraphBuilder g,
    Params params,
    Linears linears,
    AttentionStrategy attention,
    ForwardOptions options) {

  /** Parameters are asked for through the linear layers, which may stand in for them. */
  public ModelScope {
    params = params.through(linears);
  }

  /** A block of the model: named, and recomputed in the reverse sweep if so configured. */
  public Value block(String name, Supplier<Value> body) {
    return g.scope(name, () -> options.recompute() ? g.recomputed(name, body) : body.get());
  }

  /** A tensor the host gives at each run, declared once however often it is asked for. */
  public Value input(String name, TensorType type) {
    return params.input(name, type);
  }
}
