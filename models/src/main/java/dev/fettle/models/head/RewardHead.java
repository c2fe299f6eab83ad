package dev.fettle.models.head;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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
 * @param scale where the rewards of what it was trained on lie, kept as {@code fettle_reward_mean}
 *     and {@code fettle_reward_std}; absent where nobody has measured it
 */
public record RewardHead(Pooling pooling, Optional<RewardScale> scale) implements Head {
  private static final String POOLING = "fettle_pooling";
  private static final String MEAN = "fettle_reward_mean";
  private static final String STD = "fettle_reward_std";

  /** A head of which nothing is measured yet. */
  public RewardHead(Pooling pooling) {
    this(pooling, Optional.empty());
  }

  /** The same with a scale that was measured. */
  public RewardHead on(Optional<RewardScale> measured) {
    return new RewardHead(pooling, measured);
  }

  @Override
  public Value apply(ModelScope scope, Value hidden) {
    return ScalarHead.REWARD.apply(scope, hidden);
  }

  @Override
  public HfConfig describedBy(HfConfig config) {
    // What an earlier training measured is not true of this one.
    HfConfig described =
        ScalarHead.REWARD
            .describedBy(config)
            .without(MEAN)
            .without(STD)
            .with(POOLING, TextNode.valueOf(name()));
    return scale
        .map(s -> described.with(MEAN, number(s.mean())).with(STD, number(s.std())))
        .orElse(described);
  }

  /** The head a model directory was written with; none where it holds no reward model. */
  public static Optional<RewardHead> of(HfConfig config) {
    boolean reward =
        config.architectures().stream().anyMatch(a -> a.endsWith("ForSequenceClassification"));
    JsonNode json = config.json();
    return reward
        ? Optional.of(kept(json.path(POOLING), json.path(MEAN), json.path(STD)))
        : Optional.empty();
  }

  /** The head an adapter directory was written with; none where it is for no reward model. */
  public static Optional<RewardHead> of(AdapterConfig config) {
    return config.isClassifier()
        ? Optional.of(kept(config.value(POOLING), config.value(MEAN), config.value(STD)))
        : Optional.empty();
  }

  /** The config of an adapter with this head. */
  public AdapterConfig describedBy(AdapterConfig config) {
    return config
        .with(POOLING, name())
        .with(MEAN, scale.<JsonNode>map(s -> number(s.mean())).orElse(missing()))
        .with(STD, scale.<JsonNode>map(s -> number(s.std())).orElse(missing()));
  }

  private static JsonNode number(double value) {
    return DoubleNode.valueOf(value);
  }

  private static JsonNode missing() {
    return MissingNode.getInstance();
  }

  private String name() {
    return pooling.name().toLowerCase(Locale.ROOT);
  }

  private static RewardHead kept(JsonNode pooling, JsonNode mean, JsonNode std) {
    Optional<RewardScale> scale =
        mean.isNumber() && std.isNumber() && std.doubleValue() > 0
            ? Optional.of(new RewardScale(mean.doubleValue(), std.doubleValue()))
            : Optional.empty();
    return new RewardHead(pooling.asText().equals("mean") ? Pooling.MEAN : Pooling.LAST, scale);
  }
}
