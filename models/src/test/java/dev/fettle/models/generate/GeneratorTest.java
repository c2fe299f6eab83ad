package dev.fettle.models.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.gpt2.Gpt2Model;
import dev.fettle.models.nn.DenseLinears;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.random.RandomStream;
import dev.fettle.models.random.RandomStream.Purpose;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generation by a small model with random weights. */
class GeneratorTest {
  private static final int VOCAB = 32;
  private static final int MOST = 8;
  private static final List<int[]> PROMPTS =
      List.of(new int[] {1, 2, 3}, new int[] {4}, new int[] {5, 6});

  private final Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
  private final LanguageModel model = model();
  private final DeviceState state = state();
  private final SamplingOptions sampling = new SamplingOptions(1, 1, 0, 1, 0, MOST, Set.of(), 11);

  private static LanguageModel model() {
    SpecialTokenIds none = new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty());
    return new Gpt2Model(
        new Gpt2Config(
            new Dimensions(VOCAB, 16, 32, 1, 2, 2, 8, 64),
            none,
            Activation.GELU_TANH,
            1e-5,
            true,
            false,
            true,
            0.02));
  }

  private DeviceState state() {
    DeviceState made = backend.newState("policy");
    RandomStream random = RandomStream.of(3, Purpose.INIT, 0, 0);
    for (ParameterSpec p : ModelParts.of(model).parameters()) {
      HostTensor tensor = HostTensor.allocate(p.type());
      FloatBuffer values = tensor.floats();
      for (int i = 0; i < values.capacity(); i++) {
        values.put(i, (float) (0.2 * random.nextGaussian()));
      }
      made.allocate(p.slot());
      made.upload(p.slot().name(), tensor);
    }
    return made;
  }

  private Generator generator(CompileOptions compile) {
    return new Generator(
        backend, model, state, new GeneratorOptions(new DenseLinears(), Precision.FULL, compile));
  }

  private List<Generation> generate(StopCondition stop, TokenListener listener) {
    try (Generator generator = generator(CompileOptions.DEFAULT)) {
      return generator.generate(PROMPTS, sampling, stop, listener);
    }
  }

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void eachSequenceEndsByItself() {
    List<Generation> free = generate(StopCondition.never(), TokenListener.none());
    assertThat(free).extracting(Generation::stopped).containsOnly(false);
    int[] seen = new int[PROMPTS.size()];
    int[] most = {2, Integer.MAX_VALUE, 5};
    List<Generation> made = generate((row, id) -> ++seen[row] == most[row], TokenListener.none());
    assertThat(made)
        .containsExactly(
            new Generation(Arrays.copyOf(free.get(0).ids(), 2), true),
            free.get(1),
            new Generation(Arrays.copyOf(free.get(2).ids(), 5), true));
    // Nobody is asked about a sequence that is over.
    assertThat(seen).containsExactly(2, MOST, 5);
  }

  @Test
  void nothingIsRunOnceAllAreOver() {
    List<Integer> told = new ArrayList<>();
    List<Generation> made = generate((row, id) -> true, (row, id) -> told.add(id));
    assertThat(made).extracting(g -> g.ids().length).containsOnly(1);
    assertThat(told).hasSize(PROMPTS.size());
  }

  @Test
  void theConditionSeesWhatTheListenerWasTold() {
    List<String> told = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    generate(
        (row, id) -> {
          asked.add(row + ":" + id);
          return !asked.equals(told);
        },
        (row, id) -> told.add(row + ":" + id));
    assertThat(asked).isEqualTo(told).hasSize(PROMPTS.size() * MOST);
  }

  @Test
  void stopTokensEndASequenceToo() {
    int[] free = generate(StopCondition.never(), TokenListener.none()).get(0).ids();
    SamplingOptions stopping = new SamplingOptions(1, 1, 0, 1, 0, MOST, Set.of(free[0]), 11);
    try (Generator generator = generator(CompileOptions.DEFAULT)) {
      List<Generation> made = generator.generate(PROMPTS, stopping, TokenListener.none());
      assertThat(made.get(0)).isEqualTo(new Generation(new int[] {free[0]}, true));
    }
  }

  @Test
  void programsAreDumped(@TempDir Path dir) {
    try (Generator generator = generator(CompileOptions.DEFAULT.dumpingTo(dir))) {
      generator.generate(PROMPTS, sampling, TokenListener.none());
    }
    assertThat(dir.resolve("prefill_3x32_64.txt")).isNotEmptyFile();
    assertThat(dir.resolve("decode_3x1_64.txt")).isNotEmptyFile();
  }
}
