package dev.fettle.harness.model;

import dev.fettle.algorithm.RunRewards;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.wiring.Resources;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardScores;
import dev.fettle.reward.Rewards;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.sample.Completion;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reward functions and models outside of a training run, each model on a backend of its own; for
 * the answers of a {@link LoadedModel}. One thread at a time.
 *
 * <pre>{@code
 * try (LoadedModel policy = LoadedModel.open(directory, backend);
 *     OpenRewards rewards =
 *         OpenRewards.open(
 *             List.of(RewardEntry.of("exact-match")),
 *             Rewards.discover(),
 *             backend,
 *             Optional.of(policy.tokenizer()))) {
 *   RewardScores scores = rewards.scores(completions);
 * }
 * }</pre>
 */
public final class OpenRewards implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenRewards.class);

  private final Resources resources;
  private final WeightedRewards rewards;

  private OpenRewards(Resources resources, WeightedRewards rewards) {
    this.resources = resources;
    this.rewards = rewards;
  }

  /**
   * Opens what some settings name.
   *
   * @param entries as {@link dev.fettle.reward.RewardKeys#read} gives them
   * @param functions there are
   * @param backend for the models
   * @param answering the tokenizer of the model that answers, if it has one
   * @throws dev.fettle.settings.ConfigException as {@link RunRewards#open}
   * @throws dev.fettle.models.config.ModelFileException if a reward model cannot be read
   */
  public static OpenRewards open(
      List<RewardEntry> entries,
      Rewards functions,
      BackendSettings backend,
      Optional<Tokenizer> answering) {
    Resources resources = new Resources();
    try {
      RewardOpening.Models models =
          model ->
              resources
                  .own(RewardModel.open(model.model(), backend))
                  .function(answering, model.normalise(), w -> LOG.warn("{}", w));
      return new OpenRewards(
          resources, new RewardOpening(functions, models, resources).open(entries));
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  /** The functions together. */
  public WeightedRewards together() {
    return rewards;
  }

  /** The rewards of answers, and what each function gave. */
  public RewardScores scores(List<Completion> completions) {
    return rewards.scores(completions);
  }

  /** Closes the reward models. */
  @Override
  public void close() {
    resources.close();
  }
}
