package dev.fettle.example.plain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.StopReason;
import dev.fettle.reward.RewardScores;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RewardingTest {
  private static Completion answer(String text) {
    SamplePrompt prompt =
        new SamplePrompt(0, JsonNodeFactory.instance.objectNode(), "p", false, new int[] {1});
    float[] none = new float[0];
    return new Completion(
        prompt, 0, text, new Generation(new int[0], none, none, StopReason.STOP_TOKEN));
  }

  @Test
  void anApplicationsFunctionsAreSummed() {
    List<Completion> answers =
        List.of(answer("thanks"), answer(""), answer("no ".repeat(50)), answer("no"));
    RewardScores scores = Rewarding.score(answers);
    assertThat(scores.total()).containsExactly(2, 1, 0, 1);
    assertThat(scores.means())
        .isEqualTo(Map.of("rewards/polite/mean", 1.0 / 3, "rewards/short/mean", 0.75));
    assertThat(Rewarding.options().rewards().all())
        .extracting(kind -> kind.type())
        .contains("polite", "short", "number");
  }
}
