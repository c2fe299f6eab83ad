package dev.fettle.bestof;

import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.reward.RewardFunction;
import dev.fettle.sample.Completion;
import dev.fettle.sample.CompletionSource;
import dev.fettle.sample.SamplePrompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Best-of-N: of N answers to a prompt the one a reward likes best.
 *
 * <pre>{@code
 * List<Choice> choices =
 *     new BestOf(reward).choose(source, prompts, SamplingOptions.sampling(64).withSamples(8));
 * }</pre>
 *
 * @param reward by which one is chosen
 * @param gold what the choice is judged by beside it
 */
public record BestOf(RewardFunction reward, Optional<RewardFunction> gold) {

  /** By a reward alone. */
  public BestOf(RewardFunction reward) {
    this(reward, Optional.empty());
  }

  /** Samples answers to prompts, as many each as the options say, and rewards them. */
  public List<Choice> choose(
      CompletionSource source, List<SamplePrompt> prompts, SamplingOptions options) {
    List<Completion> made = source.sample(prompts, options);
    int samples = options.draws().samples();
    List<List<Completion>> answers = new ArrayList<>();
    for (int i = 0; i < made.size(); i += samples) {
      answers.add(made.subList(i, i + samples));
    }
    return choose(answers);
  }

  /**
   * Rewards answers that are there.
   *
   * @param answers those of a prompt together
   */
  public List<Choice> choose(List<List<Completion>> answers) {
    List<Candidate> all = new ArrayList<>();
    for (List<Completion> some : answers) {
      some.forEach(
          c ->
              all.add(
                  new Candidate(c, c.generation().logProb(), Double.NaN, OptionalDouble.empty())));
    }
    return score(all);
  }

  /** Rewards answers of some prompts, those of one after those of the other. */
  List<Choice> score(List<Candidate> answers) {
    List<Completion> completions = answers.stream().map(Candidate::completion).toList();
    double[] rewards = scores(reward, completions);
    Optional<double[]> golds = gold.map(g -> scores(g, completions));
    List<Choice> choices = new ArrayList<>();
    List<Candidate> own = new ArrayList<>();
    for (int i = 0; i < rewards.length; i++) {
      OptionalDouble second =
          golds.isPresent() ? OptionalDouble.of(golds.get()[i]) : OptionalDouble.empty();
      own.add(new Candidate(completions.get(i), answers.get(i).logProb(), rewards[i], second));
      boolean last =
          i + 1 == rewards.length
              || completions.get(i + 1).prompt().index() != completions.get(i).prompt().index();
      if (last) {
        choices.add(new Choice(completions.get(i).prompt(), own));
        own = new ArrayList<>();
      }
    }
    return choices;
  }

  private static double[] scores(RewardFunction function, List<Completion> completions) {
    double[] scores = function.score(completions);
    if (scores.length != completions.size()) {
      throw new IllegalStateException(
          function.getClass().getName()
              + " gave "
              + scores.length
              + " rewards for "
              + completions.size()
              + " answers; it must give one for each");
    }
    return scores;
  }
}
