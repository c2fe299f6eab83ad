package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.models.Models;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * The programs of a tiny GPT-2, as committed text. A refactoring leaves them as they are; a change
 * in them is explained. {@code -Dfettle.render=true} writes them anew.
 */
class GoldenProgramTest {
  private static final Path FOLDER = Path.of("src/test/resources/programs");

  @Test
  void accumulateAndApplyArePrintedAsCommitted() throws IOException {
    Gpt2Config config =
        new Gpt2Config(
            new Dimensions(11, 8, 16, 1, 2, 2, 4, 16),
            new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty()),
            Activation.GELU_TANH,
            1e-5,
            true,
            false,
            true,
            0.02);
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES);
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        Policy policy =
            Policy.load(
                backend,
                Models.of(config),
                ForwardOptions.DEFAULT,
                p -> HostTensor.allocate(p.type()));
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(policy, new SftObjective(), StepperOptions.of(adamW, 1), programs)) {
      compare("accumulate_only", stepper.accumulateText(batch(), true));
      compare("accumulate", stepper.accumulateText(batch(), false));
      compare("apply", stepper.applyText());
    }
  }

  private static MicroBatch batch() {
    return new MicroBatch(
        1,
        4,
        new int[] {1, 2, 3, 4},
        new int[] {0, 1, 2, 3},
        new int[] {1, 1, 1, 1},
        new byte[] {0, 0, 1, 1},
        2,
        4,
        List.of());
  }

  private static void compare(String name, String text) throws IOException {
    Path file = FOLDER.resolve(name + ".txt");
    if (Boolean.getBoolean("fettle.render")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, text);
    }
    assertThat(text).isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
  }
}
