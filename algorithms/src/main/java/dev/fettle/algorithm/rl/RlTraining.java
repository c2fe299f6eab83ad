package dev.fettle.algorithm.rl;

import com.google.inject.Provider;
import dev.fettle.algorithm.OwnRate;
import dev.fettle.algorithm.ReferenceModels;
import dev.fettle.algorithm.RunRewards;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.preference.HeldReference;
import dev.fettle.algorithm.preference.PairTraining;
import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.algorithm.rl.PolicyLoss.Ratio;
import dev.fettle.algorithm.rl.TrajectoryScorer.Asked;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.models.head.ValueHead;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.rollout.GreedyRewards;
import dev.fettle.rollout.RolloutRun;
import dev.fettle.rollout.RoundPrompts;
import dev.fettle.rollout.StepLayout;
import dev.fettle.sample.PromptRows;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a run of a policy gradient is made of.
 *
 * @param recipe its parts
 * @param run what sampling is given
 * @param batches in answers
 * @param means what else is opened
 */
record RlTraining(RlRecipe recipe, RolloutRun run, BatchOptions batches, Means means) {

  /** What models are opened with. */
  record Means(
      Provider<Policy> policy, ReferenceModels models, ProgramCache programs, RunRewards rewards) {}

  Training<TrajectoryBatch> over(RunRows rows, PromptRows encoding) {
    PairTraining.requireWhole(rows);
    Optional<WeightedRewards> judge =
        Optional.of(recipe.rewarding().judge())
            .filter(entries -> !entries.isEmpty())
            .map(means.rewards()::open);
    RoundPrompts prompts = new RoundPrompts(rows.train(encoding).examples());
    int ofRollout = promptsOfRollout(prompts.size());
    Map<String, List<SamplePrompt>> heldOut = new LinkedHashMap<>();
    rows.evaluations(encoding).forEach((name, data) -> heldOut.put(name, data.examples()));
    StepLayout<Trajectory, TrajectoryBatch> layout = layout(rows.packing());
    RolloutMaker maker = maker(prompts, ofRollout, layout, judge);
    RolloutSource source =
        new RolloutSource(
            maker, course(prompts, ofRollout), layout, recipe.near().kl(), run.site());
    Training<TrajectoryBatch> training =
        Training.of(new PolicyGradientObjective(recipe.loss()), source)
            .toldTo(List.of(source))
            .noting(List.of(note(ofRollout)))
            .at(rate());
    return heldOut.isEmpty()
        ? training
        : training.evaluatedBy(stepper -> new GreedyRewards(run, judge).ofEach(heldOut));
  }

  private String note(int prompts) {
    return "each rollout "
        + prompts * samples()
        + " answers to "
        + prompts
        + (prompts == 1 ? " prompt" : " prompts");
  }

  private int samples() {
    return recipe.sampling().samplesPerPrompt();
  }

  private int promptsOfRollout(int all) {
    int batch = batches.batchSize();
    Optional<Integer> asked = recipe.sampling().promptsPerRound();
    if (asked.isEmpty() && batch % samples() != 0) {
      throw ConfigException.about(
          "train.batchSize",
          "is "
              + batch
              + " answers, no multiple of algorithm.samplesPerPrompt, "
              + samples()
              + "; change one of them, or give algorithm.promptsPerRound");
    }
    int prompts = asked.orElse(batch / samples());
    if (prompts > all) {
      throw ConfigException.about(
          asked.isPresent() ? "algorithm.promptsPerRound" : "train.batchSize",
          "asks "
              + prompts
              + " prompts in a rollout, and data.train has "
              + all
              + "; lower it, or raise algorithm.samplesPerPrompt");
    }
    requireSteps((long) prompts * samples(), batch);
    return prompts;
  }

  private void requireSteps(long answers, int batch) {
    if (answers % batch != 0) {
      throw ConfigException.about(
          "train.batchSize",
          "is "
              + batch
              + ", which does not divide the "
              + answers
              + " answers of a rollout (algorithm.promptsPerRound x samplesPerPrompt)");
    }
    if (answers > batch && recipe.learning().surrogate().ratio() == Ratio.NONE) {
      // The second step's answers would be those of an older policy, and nothing corrects for it.
      throw ConfigException.about(
          "train.batchSize",
          "is "
              + batch
              + ", fewer than the "
              + answers
              + " answers of a rollout (algorithm.promptsPerRound x samplesPerPrompt), which this"
              + " algorithm learns in one step; set train.batchSize: "
              + answers
              + " (train.microBatchSize keeps memory small), or take ppo, which learns a rollout in"
              + " several");
    }
  }

  private RolloutSource.Course course(RoundPrompts prompts, int ofRollout) {
    long perPass = (long) ofRollout * samples() / batches.batchSize();
    long perEpoch = (prompts.size() + ofRollout - 1L) / ofRollout;
    String data = prompts.fingerprint() + "-" + ofRollout + "-" + run.course().seed();
    return new RolloutSource.Course(perPass, recipe.learning().steps().passes(), perEpoch, data);
  }

  private StepLayout<Trajectory, TrajectoryBatch> layout(PackingOptions packing) {
    return new StepLayout<>(
        batches,
        packing,
        (all, options) -> RowPlan.of(all.stream().map(Trajectory::example).toList(), options),
        TrajectoryBatch::of);
  }

  private RolloutMaker maker(
      RoundPrompts prompts,
      int ofRollout,
      StepLayout<Trajectory, TrajectoryBatch> layout,
      Optional<WeightedRewards> judge) {
    StepLayout<Example, ?> read = StepLayout.ofExamples(batches, layout.rows());
    run.samplers().keep();
    return new RolloutMaker(
        recipe,
        new RolloutMaker.Prompts(prompts, ofRollout, run.course().seed(), read::packing),
        new RolloutMaker.Means(
            run.samplers(), run.reward().functions(), judge, readers(), run.site()));
  }

  /** The policy is read where something is made of it: a divergence, a ratio, values. */
  private AnswerReaders readers() {
    boolean held = recipe.near().isAsked();
    boolean ratios = recipe.learning().surrogate().ratio() != Ratio.NONE;
    Optional<Level> values = recipe.critic().map(c -> recipe.level());
    Policy policy = means.policy().get();
    Optional<TrajectoryScorer> own =
        held || ratios || values.isPresent()
            ? Optional.of(TrajectoryScorer.of(policy, asked(values), means.programs()))
            : Optional.empty();
    return new AnswerReaders(
        own, held ? Optional.of(reference(policy)) : Optional.empty(), batches.microBatchSize());
  }

  private TrajectoryScorer reference(Policy policy) {
    String named = recipe.near().reference();
    Asked asked = asked(Optional.empty());
    if (named.equals(HeldReference.START) && means.models().startsWithoutAdapter()) {
      return TrajectoryScorer.withoutAdapter(policy, asked, means.programs());
    }
    Policy model =
        named.equals(HeldReference.START)
            ? means.models().start()
            : means.models().open(Path.of(named));
    return TrajectoryScorer.of(model, asked, means.programs());
  }

  private Asked asked(Optional<Level> values) {
    return new Asked(recipe.temperature(), values, recipe.sampling().maxNewTokens());
  }

  private OwnRate rate() {
    OptionalDouble own =
        recipe.critic().flatMap(CriticSettings::learningRate).stream()
            .mapToDouble(Double::doubleValue)
            .findFirst();
    return new OwnRate(p -> ValueHead.owns(p.name()), own);
  }
}
