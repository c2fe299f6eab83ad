package dev.fettle.harness.quickstart;

import dev.fettle.bestof.BestOfReport;
import dev.fettle.harness.score.Share;
import java.util.List;

/**
 * What learning from answers that were compared came to.
 *
 * @param backend it was done on
 * @param reward the training of the reward model
 * @param pairs of held-out pairs the share whose right answer has the higher reward
 * @param bestOf what choosing the best of several samples is worth, by the reward model and, as
 *     gold, in right answers
 * @param milestones where each stage brought the held-out questions, the base model first
 * @param trainings of the stages after the reward model: rejection sampling, DPO and A2C
 */
public record AlignmentReport(
    String backend,
    FineTuning reward,
    Share pairs,
    BestOfReport bestOf,
    List<Milestone> milestones,
    List<FineTuning> trainings) {

  /** Copies the lists. */
  public AlignmentReport {
    milestones = List.copyOf(milestones);
    trainings = List.copyOf(trainings);
  }

  /** Where a stage brought the held-out questions. */
  public Milestone after(String stage) {
    return milestones.stream().filter(m -> m.stage().equals(stage)).findFirst().orElseThrow();
  }
}
