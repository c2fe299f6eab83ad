package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fettle.data.read.RowReader;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.wiring.BackendModule;
import dev.fettle.harness.wiring.ModelModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.metrics.JsonlSink;
import dev.fettle.metrics.MetricsRow;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is closed says so, whatever it was; closing it again does nothing. */
class AfterCloseTest {
  @TempDir private Path dir;

  /** Something closed and a use of it. */
  private record Use(AutoCloseable closed, Runnable call) {}

  private Map<String, Use> uses(Tiny tiny) {
    Map<String, Use> uses = new LinkedHashMap<>();
    Tokenizer tokenizer = Tokenizer.load(tiny.model());
    uses.put("encode", new Use(tokenizer, () -> tokenizer.encode("one", true)));
    uses.put("decode", new Use(tokenizer, () -> tokenizer.decode(new int[] {5}, true)));
    WeightSource weights = WeightSource.open(tiny.model());
    String name = weights.names().get(0);
    uses.put("weights", new Use(weights, () -> weights.read(name)));
    RowReader rows = RowReader.open(tiny.rows());
    uses.put("rows", new Use(rows, rows::next));
    RowReader fresh = RowReader.open(tiny.write("array.json", "[{\"text\": \"one\"}]"));
    uses.put("array of rows", new Use(fresh, fresh::next));
    JsonlSink sink = JsonlSink.create(dir.resolve("metrics.jsonl"));
    uses.put("metrics", new Use(sink, () -> sink.write(MetricsRow.at(1).build())));
    return uses;
  }

  private void closed(Map<String, Use> uses) throws Exception {
    for (Use use : uses.values()) {
      use.closed().close();
      use.closed().close();
    }
    Map<String, String> wrong = new LinkedHashMap<>();
    uses.forEach(
        (name, use) -> {
          Throwable thrown = catchThrowable(use.call()::run);
          if (!(thrown instanceof IllegalStateException)
              || !String.valueOf(thrown.getMessage()).contains("closed")) {
            wrong.put(name, String.valueOf(thrown));
          }
        });
    assertThat(wrong).isEmpty();
  }

  @Test
  void filesAndTokenizers() throws Exception {
    closed(uses(Tiny.in(dir)));
  }

  @Test
  void whatLiesOnABackend() throws Exception {
    Tiny tiny = Tiny.in(dir);
    try (Wiring wiring =
        new Wiring(
            List.of(
                new BackendModule(Tiny.REFERENCE, Optional.empty()),
                new ModelModule(ModelSettings.of(tiny.model()), 0)))) {
      ProgramCache programs = wiring.get(ProgramCache.class);
      Policy policy = wiring.get(Policy.class);
      DeviceState state = wiring.get(Backend.class).newState("another");
      Generator generator =
          new Generator(
              new GeneratorModel(policy.spec(), Precision.FULL), policy.state(), programs);
      Map<String, Use> uses = new LinkedHashMap<>();
      uses.put(
          "generator",
          new Use(
              generator,
              () ->
                  generator.generate(
                      List.of(new int[] {5}), SamplingOptions.greedy(1), TokenListener.none())));
      uses.put("caches", new Use(generator, generator::releaseCaches));
      uses.put("state", new Use(state, state::slots));
      uses.put(
          "policy", new Use(policy, () -> policy.parameter(policy.parts().parameters().get(0))));
      uses.put(
          "programs",
          new Use(
              programs,
              () ->
                  programs
                      .share()
                      .get(
                          ProgramKey.of("p"),
                          () -> {
                            throw new AssertionError("it was written");
                          })));
      closed(uses);
    }
  }

  @Test
  void aGraphOfARun() {
    Tiny tiny = Tiny.in(dir);
    Wiring wiring =
        new Wiring(
            List.of(
                new BackendModule(Tiny.REFERENCE, Optional.empty()),
                new ModelModule(ModelSettings.of(tiny.model()), 0)));
    wiring.get(ModelFiles.class);
    wiring.close();
    wiring.close();
    // Else what it makes now would never be closed.
    assertThatThrownBy(() -> wiring.get(Backend.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
