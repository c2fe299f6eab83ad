package dev.fettle.algorithm;

import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.WeightedRewards;
import java.util.List;

/**
 * What the answers of a run's model are worth. Reward models are opened on the run's own backend,
 * each on slots of its own, and closed with the run.
 */
public interface RunRewards {

  /**
   * Opens what a configuration names. Ask before rows are read: a function that there is none of,
   * or a directory that holds no reward model, is found here.
   *
   * @param entries as {@link dev.fettle.reward.RewardKeys#reward} reads them
   * @throws dev.fettle.settings.ConfigException if there is no function of a name, or a model that
   *     is to be normalised has no mean and deviation
   * @throws dev.fettle.models.config.ModelFileException if a reward model cannot be read
   */
  WeightedRewards open(List<RewardEntry> entries);
}
