package dev.fettle.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.program.Slot;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Samples that are numbered by the caller, and the caches they are made in. */
class GeneratorSamplesTest {
  private final TinyPolicy policy = new TinyPolicy();
  private final SamplingOptions sampling =
      SamplingOptions.sampling(8).withStopIds(Set.of()).withSeed(11);

  @AfterEach
  void close() {
    policy.close();
  }

  private List<Generation> sample(Generator generator, PromptSamples... wanted) {
    return generator.sample(List.of(wanted), sampling, StopCondition.never(), TokenListener.none());
  }

  @Test
  void samplesAreNumberedByWhoeverAsks() {
    int[] prompt = {1, 2, 3};
    try (ProgramCache programs = policy.programs(CompileOptions.DEFAULT);
        Generator generator = policy.generator(programs)) {
      List<Generation> four =
          generator.generate(List.of(prompt), sampling.withSamples(4), TokenListener.none());
      assertThat(four).extracting(Generation::toString).doesNotHaveDuplicates();
      List<Generation> some =
          sample(
              generator,
              new PromptSamples(prompt, 2, 2),
              new PromptSamples(new int[] {4}, 0, 1),
              new PromptSamples(prompt, 0, 3));
      assertThat(some)
          .extracting(Generation::ids)
          .containsExactly(
              four.get(2).ids(),
              four.get(3).ids(),
              generator
                  .generate(List.of(new int[] {4}), sampling, TokenListener.none())
                  .get(0)
                  .ids(),
              four.get(0).ids(),
              four.get(1).ids(),
              four.get(2).ids());
    }
    assertThatThrownBy(() -> new PromptSamples(prompt, -1, 1)).hasMessageContaining("from 0");
    assertThatThrownBy(() -> new PromptSamples(prompt, 0, 0)).hasMessageContaining("at least one");
  }

  @Test
  void samplingTakesCachesOfTheSizeItNeedsAndKeepsFew() {
    try (ProgramCache programs = policy.programs(CompileOptions.DEFAULT);
        Generator generator = policy.generator(programs)) {
      int[] longer = IntStream.range(0, 50).toArray();
      generator.generate(List.of(longer), sampling, TokenListener.none());
      assertThat(caches()).containsExactly("1x96");
      sample(generator, new PromptSamples(new int[] {4}, 0, 1));
      assertThat(caches()).as("beside the larger one").containsExactly("1x64", "1x96");
      int most = 0;
      for (int length = 20; length < 600; length += 40) {
        sample(generator, new PromptSamples(new int[length], 0, 1));
        int all = caches().stream().mapToInt(c -> Integer.parseInt(c.substring(2))).sum();
        int largest =
            caches().stream().mapToInt(c -> Integer.parseInt(c.substring(2))).max().orElse(0);
        assertThat(all).isLessThanOrEqualTo(3 * largest);
        most = Math.max(most, caches().size());
      }
      assertThat(most).isGreaterThan(2);
    }
  }

  /** The sizes of the caches there are, as rows x positions. */
  private Set<String> caches() {
    Set<String> sizes = new TreeSet<>();
    Pattern size = Pattern.compile("[0-9]+x[0-9]+");
    for (Slot slot : policy.state.slots()) {
      Matcher found = size.matcher(slot.name());
      if (found.find()) {
        sizes.add(found.group());
      }
    }
    return sizes;
  }
}
