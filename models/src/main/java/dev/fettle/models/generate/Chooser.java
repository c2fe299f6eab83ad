package dev.fettle.models.generate;

import dev.fettle.models.generate.SamplingOptions.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/**
 * Chooses the next token of every sequence of a step. Where all logits are looked at, that is the
 * host's work and takes as long as a small model's decode; threads share it out. Each sequence has
 * its own draws, so the tokens are the same however many there are.
 */
final class Chooser {
  /** One for each thread. */
  private final List<Sampler> samplers;

  /**
   * For one call.
   *
   * @param sequences at most
   */
  Chooser(Choice choice, int vocab, int sequences) {
    int threads = Math.min(sequences, ForkJoinPool.getCommonPoolParallelism() + 1);
    samplers = IntStream.range(0, threads).mapToObj(i -> new Sampler(choice, vocab)).toList();
  }

  /**
   * The tokens in the order of the sequences.
   *
   * @throws GenerationException for the first sequence that has none
   */
  List<Pick> choose(Predictions predictions, List<Sequence> live) {
    List<Choosing> choices = live.stream().map(Choosing::new).toList();
    int threads = predictions.isWorkForMany() ? samplers.size() : 1;
    int share = (choices.size() + threads - 1) / threads;
    IntStream parts = IntStream.range(0, threads);
    (threads == 1 ? parts : parts.parallel())
        .forEach(
            part -> {
              int to = Math.min(choices.size(), (part + 1) * share);
              for (int i = part * share; i < to; i++) {
                choices.get(i).choose(predictions, samplers.get(part));
              }
            });
    List<Pick> picks = new ArrayList<>();
    choices.forEach(c -> picks.add(c.chosen()));
    return picks;
  }

  private static final class Choosing {
    private final Sequence sequence;
    private Optional<Pick> pick = Optional.empty();
    private Optional<GenerationException> failure = Optional.empty();

    Choosing(Sequence sequence) {
      this.sequence = sequence;
    }

    void choose(Predictions predictions, Sampler sampler) {
      try {
        pick = Optional.of(predictions.pick(sequence.row(), sequence, sampler));
      } catch (GenerationException e) {
        failure = Optional.of(e.at(sequence.place()));
      }
    }

    Pick chosen() {
      if (failure.isPresent()) {
        throw failure.get();
      }
      return pick.orElseThrow();
    }
  }
}
