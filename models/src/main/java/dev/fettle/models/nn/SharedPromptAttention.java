package dev.fettle.models.nn;

import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.SharedPrompt;
import java.util.List;

/**
 * Causal attention in rows where several completions continue one prompt that stands there once: a
 * token sees the earlier tokens of its own segment and of its prompt's, and itself.
 *
 * @param segments {@code I32[batch, seq]}
 * @param prompts {@code I32[batch, seq]}: the segment of each token's prompt, its own without one
 * @param positions {@code I32[batch, seq]}: counted through the prompt
 */
public record SharedPromptAttention(Value segments, Value prompts, Value positions)
    implements AttentionStrategy {

  @Override
  public Value attend(ModelScope scope, Spec spec, Value q, Value k, Value v) {
    CausalAttention attention =
        new CausalAttention(
            spec.scale(),
            scope.options().precision(),
            CausalAttention.usualBlock(q.shape().size(2)),
            new SharedPrompt(spec.window()));
    return CausalAttention.of(scope.g(), attention, q, k, v, List.of(segments, prompts, positions));
  }
}
