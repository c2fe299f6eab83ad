package dev.fettle.models.head;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.ir.Dim;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ModelScope;

/**
 * One number a row: a reward or a value. A linear layer onto one output, without a bias.
 *
 * @param name of the layer: its weight is {@code name.weight}, {@code [1, embed]}
 */
public record ScalarHead(String name) implements Head {

  /** As transformers' {@code ...ForSequenceClassification} with one label: a reward model. */
  public static final ScalarHead REWARD = new ScalarHead("score");

  /** A value beside next-token logits. */
  public static final ScalarHead VALUE = new ScalarHead("v_head");

  /** The numbers, {@code [rows]}. */
  @Override
  public Value apply(ModelScope scope, Value hidden) {
    Dim one = new Dim("score", 1);
    Value weight =
        scope.params().head(name + ".weight", Initializer.NORMAL, one, hidden.shape().dim(1));
    // A single column: full precision costs nothing.
    Value column = Linear.of(scope.g(), new Linear(true, Precision.FULL), hidden, weight, null);
    return scope.g().reshape(column, hidden.shape().dim(0));
  }

  /** A reward model is what transformers calls a sequence classifier with one label. */
  @Override
  public HfConfig describedBy(HfConfig config) {
    if (!equals(REWARD)) {
      return config;
    }
    JsonNodeFactory json = JsonNodeFactory.instance;
    ObjectNode names = json.objectNode().put("0", "LABEL_0");
    ObjectNode labels = json.objectNode().put("LABEL_0", 0);
    String classifier = config.model().transformersName() + "ForSequenceClassification";
    return config
        .with("architectures", json.arrayNode().add(classifier))
        .with("id2label", names)
        .with("label2id", labels);
  }
}
