package dev.fettle.models.head;

import dev.fettle.ir.Value;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.nn.ModelScope;
import dev.fettle.models.nn.TokenInputs;
import java.util.Optional;

/** Makes something of hidden states. Holds no weights; it asks for them where it uses them. */
public interface Head {

  /**
   * Appends the head.
   *
   * @param hidden {@code [rows, embed]}
   * @return what it says of each row, its first axis theirs
   */
  Value apply(ModelScope scope, Value hidden);

  /** The same of a head that may read the tokens with a body of its own. */
  default Value apply(ModelScope scope, TokenInputs tokens, Value hidden) {
    return apply(scope, hidden);
  }

  /** Where its weights begin, if not with the policy's files. */
  default Optional<HeadOrigin> origin() {
    return Optional.empty();
  }

  /** The {@code config.json} of a model with this head. */
  default HfConfig describedBy(HfConfig config) {
    return config;
  }
}
