package dev.fettle.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsRowTest {

  @Test
  void keepsOrderAndKinds() {
    MetricsRow row = MetricsRow.at(3).put("loss", 2.5).put("num_tokens", 7L).put("kl", 0.1).build();
    assertThat(row.values())
        .containsExactly(Map.entry("loss", 2.5), Map.entry("num_tokens", 7L), Map.entry("kl", 0.1));
    assertThat(row.get("num_tokens")).hasValue(7);
    assertThat(row.get("reward")).isEmpty();
  }

  @Test
  void prefixesEveryName() {
    MetricsRow row = MetricsRow.at(3).putAll(Map.of("loss", 2.5)).build().prefixed("eval_");
    assertThat(row.step()).isEqualTo(3);
    assertThat(row.values()).containsOnlyKeys("eval_loss");
  }

  @Test
  void refusesNamesAndKindsItCannotWrite() {
    assertThatThrownBy(() -> MetricsRow.at(1).put("step", 2L).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MetricsRow(1, Map.of("loss", 1f)))
        .hasMessageContaining("loss must be a long or a double");
  }

  @Test
  void throughputForgetsWhatLeftTheWindow() {
    Throughput meter = new Throughput(2);
    assertThat(meter.tokensPerSecond()).isEmpty();
    meter.add(10, 100, 0);
    meter.add(100, 1, 0);
    meter.add(300, 3, 0);
    assertThat(meter.tokensPerSecond()).hasValue(100);
    assertThat(meter.stepSeconds()).hasValue(2);
  }

  @Test
  void whatIsCompiledDoesNotCount() {
    Throughput meter = new Throughput(10);
    meter.add(100, 21, 20);
    assertThat(meter.tokensPerSecond()).hasValue(100);
    assertThat(meter.stepSeconds()).hasValue(1);
    // The first run of a program prepares more than compiling shows.
    meter.add(100, 0.5, 0);
    assertThat(meter.tokensPerSecond()).hasValue(200);
    assertThat(meter.stepSeconds()).hasValue(0.5);
    meter.add(100, 9, 8);
    assertThat(meter.tokensPerSecond()).hasValue(200);
  }
}
