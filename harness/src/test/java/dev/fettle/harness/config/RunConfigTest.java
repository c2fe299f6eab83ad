package dev.fettle.harness.config;

import static dev.fettle.harness.config.GoodConfig.GOOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.algorithm.sft.SftSettings;
import dev.fettle.data.encode.LossOn;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.settings.AlgorithmKeys;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters, algorithms of an application, and values a program sets. */
class RunConfigTest {
  @TempDir private Path dir;
  private GoodConfig good = new GoodConfig(Path.of(""));

  @BeforeEach
  void makeWhatIsNamed() throws IOException {
    good = GoodConfig.in(dir);
  }

  @Test
  void anAdapterIsReadAndWritten() {
    assertThat(ConfigReader.read(good.write(GOOD)).model().adapter()).isEmpty();
    AdapterSettings none =
        new AdapterSettings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of());
    String some = GOOD.replace("recompute: blocks", "adapter: { %s }");
    assertThat(ConfigReader.read(good.write(some.formatted(""))).model().adapter()).contains(none);
    RunConfig all =
        ConfigReader.read(
            good.write(
                some.formatted(
                    "type: lora, path: my-model, rank: 16, alpha: 32, targets: [q_proj, v_proj],"
                        + " rslora: true, modulesToSave: lm_head")));
    assertThat(all.model().adapter())
        .contains(
            new AdapterSettings(
                Optional.of(dir.resolve("my-model")),
                Optional.of(16),
                Optional.of(32.0),
                Optional.of(List.of("q_proj", "v_proj")),
                Optional.of(true),
                List.of("lm_head")));
    assertThat(ConfigReader.read(good.write("again.yaml", ConfigWriter.yaml(all)))).isEqualTo(all);
    assertThat(all.toBuilder().unset("model.adapter").build().model().adapter()).isEmpty();
    assertThat(
            ConfigReader.read(good.write(some.formatted("targets: all-linear")))
                .model()
                .adapter()
                .orElseThrow()
                .targets())
        .contains(List.of(AdapterSettings.ALL_LINEAR));
    assertThat(good.problems(some.formatted("type: qlora, targets: [all-linear, q_proj], r: 3")))
        .contains(
            "run.yaml:3: model.adapter.type: expected one of lora, got 'qlora'; did you mean 'lora'?");
    assertThat(good.problems(some.formatted("targets: [all-linear, q_proj]")))
        .containsExactly(
            "run.yaml:3: model.adapter.targets: names all-linear and others; keep one or the others");
    assertThat(good.problems(some.formatted("lora_r: 3")))
        .containsExactly(
            "run.yaml:3: model.adapter.lora_r: unknown key; that is model.adapter.rank here");
  }

  /** An application's own algorithm. */
  record Echo(double volume, Optional<Path> choir) implements AlgorithmSettings {
    static final Keys<Echo> KEYS =
        Keys.of(
            Echo.class,
            Key.number("volume", Range.above(0), "how loud").otherwise(1.0).also("loudness"),
            Key.directory("choir", "who answers").optional());

    @Override
    public String type() {
      return "echo";
    }

    @Override
    public Keys<Echo> keys() {
      return KEYS;
    }
  }

  @Test
  void anApplicationsAlgorithmHasItsOwnSection() {
    List<AlgorithmKeys> algorithms = List.of(SftSettings.DEFAULT, new Echo(1, Optional.empty()));
    String text = GOOD.replace("type: sft, lossOn: all", "type: echo, volume: 3, choir: my-model");
    RunConfig c = ConfigReader.read(good.write(text), List.of(), algorithms);
    assertThat(c.algorithm()).isEqualTo(new Echo(3, Optional.of(dir.resolve("my-model"))));
    assertThat(ConfigWriter.yaml(c)).contains("type: echo\n  volume: 3.0\n  choir: " + dir);
    RunConfig louder = c.toBuilder().set("algorithm.volume", 4).build();
    assertThat(ConfigWriter.differences(c, louder)).containsExactly("algorithm.volume 3.0 -> 4.0");
    Path wrong = good.write(GOOD.replace("lossOn: all", "volume: 3, loudness: 3"));
    assertThatThrownBy(() -> ConfigReader.read(wrong, List.of(), algorithms))
        .hasMessageContaining("algorithm.volume: unknown key with type sft; it goes with type echo")
        .hasMessageContaining(
            "algorithm.loudness: unknown key; algorithm.volume is one of type echo");
    Path misspelt = good.write(text.replace("echo", "ecko"));
    assertThatThrownBy(() -> ConfigReader.read(misspelt, List.of(), algorithms))
        .hasMessageEndingWith(
            ":4: algorithm.type: expected one of sft, echo, got 'ecko'; did you mean 'echo'?");
    assertThat(good.problems(text).get(0)).contains("sft").contains(", got 'echo'");
    Path without = good.write(GOOD.replace("{ type: sft, lossOn: all }", "{ volume: 2 }"));
    assertThatThrownBy(() -> ConfigReader.read(without, List.of(), algorithms.subList(1, 2)))
        .hasMessageEndingWith(":4: algorithm.type: is missing; give one of echo");
  }

  @Test
  void valuesOfAProgramMayBeWhatTheyMean() {
    RunConfig.Builder builder =
        RunConfig.builder()
            .set("model.path", dir.resolve("my-model"))
            .set("model.precision", Precision.BF16)
            .set("data.train", List.of(dir.resolve("rows.jsonl")))
            .set("data.eval", null)
            .set("data.maxLength", Optional.of(64))
            .set("train.steps", Optional.empty())
            .set("backend", BackendSettings.of("reference"))
            .set("algorithm", new SftSettings(LossOn.ALL))
            .set("track", List.of(Track.JSONL));
    RunConfig c = builder.build();
    assertThat(c.model().precision()).isEqualTo(Precision.BF16);
    assertThat(c.data().eval()).isEmpty();
    assertThat(c.data().maxLength()).contains(64);
    assertThat(c.train().steps()).isEmpty();
    assertThat(c.backend()).isEqualTo(BackendSettings.of("reference"));
    assertThat(c.algorithm()).isEqualTo(new SftSettings(LossOn.ALL));
    assertThat(c.track()).containsExactly(Track.JSONL);
    RunConfig later =
        c.toBuilder()
            .set("optimizer.schedule.type", "cosine")
            .set("optimizer.schedule", Map.of("type", "linear", "warmupSteps", 3))
            .set("track", Track.CONSOLE)
            .build();
    assertThat(later.optimizer().schedule().warmup().steps()).isEqualTo(3);
    assertThat(later.track()).containsExactly(Track.CONSOLE);
    assertThatThrownBy(() -> builder.set("track", List.of(LossOn.ALL)).build())
        .hasMessageContaining("track: expected one of console, jsonl, tensorboard, got ALL");
  }
}
