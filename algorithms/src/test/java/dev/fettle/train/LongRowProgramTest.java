package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.models.Models;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.LlamaConfig;
import dev.fettle.models.config.RopeConfig;
import dev.fettle.models.config.RopeScaling;
import dev.fettle.models.config.SlidingWindow;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * No value of a training step grows faster than its row: none has the square of the length, and
 * none a logit for each token. What composites hold inside, {@code CausalAttentionTest} and {@code
 * TokenLogProbsTest} say.
 */
class LongRowProgramTest {
  private static final int VOCAB = 50_000;
  private static final Pattern RESULT = Pattern.compile("[A-Z0-9]+\\[([^\\]]*)\\]");
  private static final Pattern SIZE = Pattern.compile("=(\\d+)");

  @Test
  void everyValueOfAStepIsLinearInTheLengthOfTheRow() {
    List<String> shorter = lines(2048);
    List<String> longer = lines(4096);
    assertThat(longer).hasSameSizeAs(shorter);
    assertThat(String.join("\n", longer))
        .contains("CausalAttention[", "CausalAttentionGrad[", "LinearCrossEntropy[");
    for (int i = 0; i < longer.size(); i++) {
      long elements = largest(longer.get(i));
      assertThat(elements).as(longer.get(i)).isLessThanOrEqualTo(2 * largest(shorter.get(i)));
      assertThat(elements).as(longer.get(i)).isLessThan(4096L * VOCAB);
    }
  }

  /** The elements of the largest result of a printed node. */
  private static long largest(String line) {
    Matcher result = RESULT.matcher(line.substring(line.lastIndexOf(" : ") + 3));
    long largest = 0;
    while (result.find()) {
      long elements = 1;
      Matcher size = SIZE.matcher(result.group(1));
      while (size.find()) {
        elements *= Long.parseLong(size.group(1));
      }
      largest = Math.max(largest, elements);
    }
    assertThat(largest).as(line).isPositive();
    return largest;
  }

  private static List<String> lines(int length) {
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES);
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        Policy policy =
            Policy.load(
                backend,
                Models.of(llama(length)),
                ForwardOptions.DEFAULT,
                p -> HostTensor.allocate(p.type()));
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(policy, new SftObjective(), StepperOptions.of(adamW, 1), programs)) {
      List<String> nodes = new ArrayList<>();
      for (String line : stepper.accumulateText(batch(length), true).split("\n", -1)) {
        if (line.contains(" : ") && !line.contains("parameter[")) {
          nodes.add(line);
        }
      }
      return nodes;
    }
  }

  /** Two layers, one of them with a window. */
  private static LlamaConfig llama(int length) {
    return new LlamaConfig(
        LlamaConfig.Family.MISTRAL,
        new Dimensions(VOCAB, 8, 16, 2, 2, 1, 4, length),
        new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty()),
        new RopeConfig(10_000, 4, length, new RopeScaling.Default()),
        Activation.SILU,
        1e-5,
        new LlamaConfig.Biases(false, false, false),
        false,
        Optional.of(new SlidingWindow(300, Set.of(1))),
        true,
        0.02);
  }

  private static MicroBatch batch(int length) {
    int[] positions = new int[length];
    int[] segments = new int[length];
    byte[] targets = new byte[length];
    for (int i = 0; i < length; i++) {
      positions[i] = i;
      segments[i] = 1;
      targets[i] = (byte) (i == 0 ? 0 : 1);
    }
    return new MicroBatch(
        1, length, new int[length], positions, segments, targets, length - 1, length, List.of());
  }
}
