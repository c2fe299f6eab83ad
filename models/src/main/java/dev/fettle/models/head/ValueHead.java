package dev.fettle.models.head;

import dev.fettle.ir.Value;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.nn.DenseLinears;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.TokenInputs;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A critic: of each token, what is still to be won after it. It reads the policy's hidden states,
 * or those of a body of its own, which begins as the policy's.
 *
 * @param body its own; empty where it shares the policy's
 * @param from the directory of a reward model whose weights it begins with
 */
public record ValueHead(Optional<LanguageModel> body, Optional<Path> from) implements Head {
  private static final String OWN = "critic.";
  private static final String WEIGHT = ".weight";

  /** A critic on the policy's own body. */
  public static final ValueHead SHARED = new ValueHead(Optional.empty(), Optional.empty());

  @Override
  public Value apply(ModelScope scope, Value hidden) {
    return ScalarHead.VALUE.apply(scope, hidden);
  }

  /** The values of all tokens, {@code [tokens]}. */
  @Override
  public Value apply(ModelScope scope, TokenInputs tokens, Value hidden) {
    return ScalarHead.VALUE.apply(scope, read(scope, tokens).orElse(hidden));
  }

  private Optional<Value> read(ModelScope scope, TokenInputs tokens) {
    return body.map(
        own ->
            own.hidden(
                new ModelScope(
                    scope.g(),
                    scope.params().copiedUnder(OWN),
                    new DenseLinears(),
                    scope.attention(),
                    scope.options()),
                tokens));
  }

  /** Whether a parameter of a policy with this head is the critic's alone. */
  public static boolean owns(String parameter) {
    return parameter.startsWith(OWN) || parameter.equals(ScalarHead.VALUE.name() + WEIGHT);
  }

  @Override
  public Optional<HeadOrigin> origin() {
    return from.map(
        directory -> new HeadOrigin(directory, ScalarHead.REWARD, ValueHead::inRewardModel));
  }

  private static String inRewardModel(String name) {
    return name.startsWith(OWN) ? name.substring(OWN.length()) : ScalarHead.REWARD.name() + WEIGHT;
  }
}
