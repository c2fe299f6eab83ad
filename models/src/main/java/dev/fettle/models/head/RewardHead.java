package dev.fettle.models.head;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.ir.Value;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.models.nn.ModelScope;
import java.util.Locale;
import java.util.Optional;

/**
 * The head of a reward model: a number for each token, and which of them are the sequence's.
 *
 * @param pooling kept in {@code config.json} as {@code fettle_pooling}, which transformers ignores:
 *     its sequence classifiers always take the last token's
 */
public record RewardHead(Pooling pooling) implements Head {
  private static final String POOLING = "fettle_pooling";

  @Override
  public Value apply(ModelScope scope, Value hidden) {
    return ScalarHead.REWARD.apply(scope, hidden);
  }

  @Override
  public HfConfig describedBy(HfConfig config) {
    return ScalarHead.REWARD.describedBy(config).with(POOLING, TextNode.valueOf(name()));
  }

  /** The head a model directory was written with; none where it holds no reward model. */
  public static Optional<RewardHead> of(HfConfig config) {
    boolean reward =
        config.architectures().stream().anyMatch(a -> a.endsWith("ForSequenceClassification"));
    return reward ? Optional.of(kept(config.json().path(POOLING).asText())) : Optional.empty();
  }

  /** The head an adapter directory was written with; none where it is for no reward model. */
  public static Optional<RewardHead> of(AdapterConfig config) {
    return config.isClassifier() ? Optional.of(kept(config.text(POOLING))) : Optional.empty();
  }

  /** The config of an adapter with this head. */
  public AdapterConfig describedBy(AdapterConfig config) {
    return config.with(POOLING, name());
  }

  private String name() {
    return pooling.name().toLowerCase(Locale.ROOT);
  }

  private static RewardHead kept(String pooling) {
    return new RewardHead(pooling.equals("mean") ? Pooling.MEAN : Pooling.LAST);
  }
}
