package dev.fettle.harness.model;

import dev.fettle.algorithm.RunRewards;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.run.RunWarnings;
import dev.fettle.harness.score.RewardScorer;
import dev.fettle.harness.wiring.Resources;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.head.RewardScale;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.Rewards;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.spi.Backend;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The rewards of a run: its reward models are on its backend.
 *
 * @param functions there are
 * @param place where models are opened
 * @param answering the run's own model
 * @param warnings of the run
 */
public record RunRewardModels(
    Rewards functions, Place place, ModelFiles answering, RunWarnings warnings)
    implements RunRewards {

  /**
   * Where models are opened.
   *
   * @param programs of the backend
   * @param resources closes what is opened
   */
  public record Place(Backend backend, ProgramCache programs, Resources resources) {}

  @Override
  public WeightedRewards open(List<RewardEntry> entries) {
    return new RewardOpening(functions, this::model, place.resources()).open(entries);
  }

  private RewardFunction model(RewardEntry.Model model) {
    ModelSettings settings = PolicyAdapter.withBase(ModelSettings.of(model.model()));
    RewardHead head = RewardModel.head(settings);
    Optional<Path> adapter = settings.adapter().flatMap(AdapterSettings::path);
    Optional<RewardScale> scale = RewardOpening.scale(model.model(), head, model.normalise());
    ModelFiles files = place.resources().own(ModelFiles.open(settings.directory(), adapter));
    PolicyPlan plan = PolicyPlan.of(files, settings, List.of(head));
    Policy policy = place.resources().own(PolicyLoader.load(place.backend(), plan, 0));
    int longest = files.model().shape().maxPositions();
    RewardScorer scorer =
        place.resources().own(new RewardScorer(policy, longest, place.programs()));
    AnswerSequences sequences = new AnswerSequences(files, answering.tokenizer(), warnings::add);
    return new ModelReward(sequences, scorer::score, scale);
  }
}
