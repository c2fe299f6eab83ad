package dev.fettle.algorithm.slic;

import dev.fettle.rollout.RewardedAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Makes pairs of the answers to one prompt by their rewards. */
enum Ranking {
  /**
   * Answers meet by twos, in the order they were sampled, and the better one goes on to the next
   * round until one is left (2305.10425, 2.2): of {@code m} answers {@code m - 1} pairs, the best
   * answer's among them. Equal ones make no pair.
   */
  TOURNAMENT {
    @Override
    List<Pair> of(List<RewardedAnswer> answers) {
      List<Pair> pairs = new ArrayList<>();
      List<RewardedAnswer> left = answers;
      while (left.size() > 1) {
        List<RewardedAnswer> winners = new ArrayList<>();
        for (int i = 0; i + 1 < left.size(); i += 2) {
          RewardedAnswer first = left.get(i);
          RewardedAnswer second = left.get(i + 1);
          boolean turned = second.reward() > first.reward();
          Pair pair = turned ? new Pair(second, first) : new Pair(first, second);
          pairs.add(pair);
          winners.add(pair.chosen());
        }
        if (left.size() % 2 == 1) {
          winners.add(left.get(left.size() - 1));
        }
        left = winners;
      }
      return pairs.stream().filter(Pair::differs).toList();
    }

    @Override
    int most(int samples) {
      return samples - 1;
    }
  },

  /** The best answer and the worst: one pair a prompt, and none where all are equal. */
  BEST_WORST {
    @Override
    List<Pair> of(List<RewardedAnswer> answers) {
      Optional<RewardedAnswer> best = best(answers);
      Optional<RewardedAnswer> worst =
          answers.stream()
              .min(
                  Comparator.comparingDouble(RewardedAnswer::reward)
                      .thenComparingInt(RewardedAnswer::sample));
      return best.isEmpty() || worst.isEmpty()
          ? List.of()
          : List.of(new Pair(best.get(), worst.get())).stream().filter(Pair::differs).toList();
    }

    @Override
    int most(int samples) {
      return 1;
    }
  };

  /**
   * Two answers to a prompt.
   *
   * @param chosen the better one
   * @param rejected the other
   */
  record Pair(RewardedAnswer chosen, RewardedAnswer rejected) {
    /** Whether one is better, and not the same with another end. */
    private boolean differs() {
      return chosen.reward() > rejected.reward() && !Arrays.equals(chosen.ids(), rejected.ids());
    }

    double margin() {
      return chosen.reward() - rejected.reward();
    }
  }

  /**
   * The pairs of one prompt's answers.
   *
   * @param answers each with a reward, in the order of their samples
   */
  abstract List<Pair> of(List<RewardedAnswer> answers);

  /** Pairs that so many answers make at most. */
  abstract int most(int samples);

  /** The best answer; of equal ones the first. */
  static Optional<RewardedAnswer> best(List<RewardedAnswer> answers) {
    return answers.stream()
        .min(
            Comparator.comparingDouble((RewardedAnswer a) -> -a.reward())
                .thenComparingInt(RewardedAnswer::sample));
  }
}
