package dev.fettle.models.head;

import dev.fettle.ir.Value;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.nn.ModelScope;

/**
 * Next-token logits. Training and scoring never ask for them: token log-probabilities come from
 * {@link dev.fettle.ir.composite.LinearCrossEntropy} over {@link #weight}, a chunk of rows at a
 * time, and only the last positions of a generation come through {@link #apply}.
 *
 * @param body the model it belongs to, which knows its weight's name and whether it is tied
 */
public record LmHead(LanguageModel body) implements Head {

  /** The weight, {@code [vocab, embed]}. */
  public Value weight(ModelScope scope) {
    return body.head(scope);
  }

  /** The logits, {@code [rows, vocab]}. */
  @Override
  public Value apply(ModelScope scope, Value hidden) {
    return scope.g().matmul(hidden, weight(scope), false, true, scope.options().precision());
  }
}
