package dev.fettle.example.plain;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.model.OpenRewards;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardScores;
import dev.fettle.reward.Rewards;
import dev.fettle.sample.Completion;
import java.util.List;
import java.util.Optional;

/** Says what answers are worth, by functions of the application's own. */
public final class Rewarding {
  private Rewarding() {}

  /** Those that come with Fettle and two more. */
  public static Rewards functions() {
    // docs:begin reward-names
    Rewards rewards =
        Rewards.discover()
            .with(new Politeness())
            .with("short", RewardFunction.ofEach(answer -> answer.text().length() < 80 ? 1 : 0));
    // docs:end
    return rewards;
  }

  /** Options of a run whose configuration may name them. */
  public static RunOptions options() {
    // docs:begin reward-run
    RunOptions options = RunOptions.quiet().withRewards(functions());
    // docs:end
    return options;
  }

  /** The rewards of answers, outside of a run. */
  public static RewardScores score(List<Completion> answers) {
    // docs:begin reward-open
    List<RewardEntry> named = List.of(RewardEntry.of("polite"), RewardEntry.of("short"));
    BackendSettings backend = BackendSettings.of("onnxruntime");
    try (OpenRewards open = OpenRewards.open(named, functions(), backend, Optional.empty())) {
      return open.scores(answers);
    }
    // docs:end
  }
}
