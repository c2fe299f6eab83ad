package dev.fettle.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.gpt2.Gpt2Model;
import dev.fettle.models.head.LmHead;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What is on the device follows from the spec alone. */
class PolicySpecTest {

  private static LanguageModel model(boolean tied) {
    SpecialTokenIds none = new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty());
    return new Gpt2Model(
        new Gpt2Config(
            new Dimensions(11, 8, 16, 1, 2, 2, 4, 16),
            none,
            Activation.GELU_TANH,
            1e-5,
            true,
            false,
            tied,
            0.02));
  }

  private static List<String> names(PolicySpec spec) {
    return ModelParts.trace(spec).parameters().stream().map(ParameterSpec::name).toList();
  }

  @Test
  void aLanguageModelHasItsHead() {
    assertThat(names(PolicySpec.of(model(false))))
        .endsWith("transformer.ln_f.bias", "lm_head.weight");
    assertThat(names(PolicySpec.of(model(true)))).doesNotContain("lm_head.weight");
  }

  @Test
  void aRewardModelHasNoLanguageHead() {
    PolicySpec spec = PolicySpec.of(model(false), List.of(ScalarHead.REWARD));
    ModelParts parts = ModelParts.trace(spec);
    assertThat(names(spec)).contains("score.weight").doesNotContain("lm_head.weight");
    assertThat(parts.from(Source.HEAD))
        .singleElement()
        .satisfies(p -> assertThat(p.type().shape().sizes()).containsExactly(1, 8));
    assertThatThrownBy(() -> spec.head(LmHead.class)).hasMessage("the policy has no LmHead");
  }

  @Test
  void aValueStandsBesideTheLogits() {
    LanguageModel model = model(false);
    PolicySpec spec = PolicySpec.of(model, List.of(new LmHead(model), ScalarHead.VALUE));
    assertThat(names(spec)).endsWith("lm_head.weight", "v_head.weight");
    assertThat(spec.head(ScalarHead.class)).isEqualTo(ScalarHead.VALUE);
  }

  @Test
  void whatIsTrainedIsAFilter() {
    PolicySpec spec = PolicySpec.of(model(true));
    PolicySpec head =
        new PolicySpec(
            spec.body(),
            List.of(ScalarHead.REWARD),
            spec.linears(),
            p -> p.source() == Source.HEAD);
    assertThat(ModelParts.trace(head).parameters().stream().filter(head.trainable()))
        .extracting(ParameterSpec::name)
        .containsExactly("score.weight");
    assertThat(ModelParts.trace(spec).parameters()).allMatch(spec.trainable());
    assertThat(ModelParts.trace(spec).parameters()).noneMatch(spec.frozen().trainable());
  }
}
