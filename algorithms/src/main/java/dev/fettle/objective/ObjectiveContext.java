package dev.fettle.objective;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.nn.AttentionStrategy;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.Params;
import dev.fettle.program.ProgramBuilder;

/**
 * What an objective is given to write itself into a program.
 *
 * @param builder the program
 * @param params the policy's parameters
 * @param spec what the policy is made of
 * @param options precision and recomputation
 */
public record ObjectiveContext(
    ProgramBuilder builder, Params params, PolicySpec spec, ForwardOptions options) {

  /** The graph to append to. */
  public GraphBuilder g() {
    return builder.g();
  }

  /** The policy's architecture. */
  public LanguageModel model() {
    return spec.body();
  }

  /** The policy with a way of attending. */
  public ModelScope scope(AttentionStrategy attention) {
    return new ModelScope(builder.g(), params, spec.linears(), attention, options);
  }
}
