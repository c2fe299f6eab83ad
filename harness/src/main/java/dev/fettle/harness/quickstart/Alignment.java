package dev.fettle.harness.quickstart;

import dev.fettle.bestof.BestOf;
import dev.fettle.bestof.BestOfReport;
import dev.fettle.bestof.Choice;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.RewardModel;
import dev.fettle.harness.quickstart.QuickstartReport.Job;
import dev.fettle.harness.quickstart.Scale.Stage;
import dev.fettle.harness.quickstart.Scale.Stages;
import dev.fettle.harness.score.Calibration;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.function.ExactMatch;
import dev.fettle.sample.Completion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * What comes after fine-tuning: a reward model learns from pairs which answer is right, and chooses
 * the best of several samples; the model learns from those of its own answers that are right; and,
 * other ways from the same place, from the pairs themselves, or from each of its answers as it
 * gives it.
 */
final class Alignment {
  /** The stages, as the table calls them. */
  static final String BASE = "base";

  static final String SFT = "fine-tuned";
  static final String BEST_OF = "best of 8";
  static final String REJECTION = "rejection sampling";
  static final String DPO = "DPO";
  static final String A2C = "A2C";

  private static final int SAMPLES = 8;
  private static final int ROUNDS = 2;

  /** Of the fresh head, which has to know the kinds of question before the policy has moved far. */
  private static final double CRITIC_RATE = 5e-3;

  private final Jobs jobs;
  private final String backend;
  private final boolean main;
  private final BackendSettings device;
  private final Stages stages;
  private final WorldFiles files;
  private final TinyWorld world;

  /**
   * The stages on a backend.
   *
   * @param main whether it is the one that was asked for
   */
  Alignment(Jobs jobs, String backend, boolean main, WorldFiles files, TinyWorld world) {
    this.jobs = jobs;
    this.backend = backend;
    this.main = main;
    this.device = BackendSettings.of(backend);
    this.stages = jobs.settings().scale().stages();
    this.files = files;
    this.world = world;
  }

  /**
   * Runs it.
   *
   * @param base the base model, and what it answered
   * @param sft the fine-tuned model, and what it answered
   */
  AlignmentReport run(Job base, Job sft) {
    Path model = sft.training().model();
    FineTuning reward = trainReward(model);
    try (RewardModel rewards = RewardModel.open(reward.model(), device);
        LoadedModel tuned = LoadedModel.open(model, device)) {
      Calibration pairs = rewards.calibrate(DataSettings.of(files.heldOutPairs()));
      jobs.transcript().calibrated(pairs);
      RewardFunction judge = rewards.function(Optional.of(tuned.tokenizer()), false);
      List<Milestone> milestones = new ArrayList<>();
      milestones.add(milestone(judge, BASE, base));
      milestones.add(milestone(judge, SFT, sft));
      BestOfReport.Collector choices = new BestOfReport.Collector();
      milestones.add(bestOf(judge, tuned, choices));
      Job rejection = learn(REJECTION, rejection(model));
      milestones.add(milestone(judge, REJECTION, rejection));
      Job dpo = learn(DPO, dpo(model));
      milestones.add(milestone(judge, DPO, dpo));
      Job a2c = learn(A2C, a2c(model, reward.model()));
      milestones.add(milestone(judge, A2C, a2c));
      List<FineTuning> trainings = List.of(rejection.training(), dpo.training(), a2c.training());
      return new AlignmentReport(
          backend, reward, pairs.accuracy(), choices.report(), milestones, trainings);
    }
  }

  /**
   * To say whether a word stands in the question takes less than to answer: a small fresh model,
   * with the policy's tokenizer, learns it in seconds.
   */
  private FineTuning trainReward(Path model) {
    jobs.transcript().stage("Training a reward model on pairs of answers", backend);
    QuickstartSettings settings = jobs.settings();
    Path fresh = settings.directory().resolve(main ? "fresh-reward" : "fresh-reward-" + backend);
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            settings.scale().judge(),
            new NewModel.CopiedTokens(model),
            settings.seed()),
        fresh);
    return jobs.train(
        backend,
        of("reward", fresh, stages.reward())
            .set("algorithm.type", "reward")
            .set("data.train", files.pairs()));
  }

  /** What is right can be checked here, so the checker says which answers are learnt. */
  private RunConfig.Builder rejection(Path model) {
    return of("rejection", model, stages.rejection())
        .set("algorithm.type", "rejection-sampling")
        .set("algorithm.rounds", ROUNDS)
        .set("algorithm.samplesPerPrompt", 4)
        .set("algorithm.maxNewTokens", Examination.LONGEST_ANSWER)
        .set("algorithm.reward", "exact-match")
        .set("algorithm.keep.topK", 1)
        .set("algorithm.keep.threshold", 1)
        .set("data.train", files.prompts());
  }

  private RunConfig.Builder dpo(Path model) {
    return of("dpo", model, stages.dpo())
        .set("algorithm.type", "dpo")
        .set("algorithm.loss", List.of("sigmoid", "sft"))
        .set("data.train", files.pairs());
  }

  /**
   * The checker is what is learnt; the reward model is held against it, and learnt from by none.
   * Until the critic knows which questions are hard, advantages mislead: the policy's rate rises
   * slowly, and the head's is higher.
   */
  private RunConfig.Builder a2c(Path model, Path reward) {
    return of("a2c", model, stages.a2c())
        .set("algorithm.type", "a2c")
        .set("algorithm.samplesPerPrompt", 2)
        .set("algorithm.temperature", 0.7)
        .set("algorithm.maxNewTokens", Examination.LONGEST_ANSWER)
        .set("algorithm.reward", "exact-match")
        .set("algorithm.judge.model", reward)
        .set("algorithm.kl.coefficient", 0.01)
        .set("algorithm.critic.coefficient", 1.0)
        .set("algorithm.critic.learningRate", CRITIC_RATE)
        .set("optimizer.schedule.warmupSteps", stages.a2c().steps() / 5)
        .set("data.train", files.prompts());
  }

  /** Runs of the main backend have their plain names. */
  private RunConfig.Builder of(String name, Path model, Stage stage) {
    return jobs.of(main ? name : name + "-" + backend, model, stage);
  }

  private Job learn(String stage, RunConfig.Builder job) {
    jobs.transcript().stage("From the fine-tuned model: " + stage, backend);
    FineTuning training = jobs.train(backend, job);
    Examination after = Examination.of(training.model(), device, files.heldOut(), world.heldOut());
    jobs.transcript().examined(after);
    return new Job(training, after);
  }

  /** Of several answers to each held-out question the one the reward model likes best. */
  private Milestone bestOf(
      RewardFunction judge, LoadedModel model, BestOfReport.Collector collector) {
    jobs.transcript()
        .stage("Choosing the best of " + SAMPLES + " answers of the fine-tuned model", backend);
    long start = System.nanoTime();
    SamplingOptions drawing =
        SamplingOptions.sampling(Examination.LONGEST_ANSWER)
            .withSamples(SAMPLES)
            .withSeed(jobs.settings().seed());
    List<List<Completion>> drawn = Examination.drawn(model, files.heldOut(), drawing);
    RewardFunction right = new ExactMatch("completion", true, false);
    List<Choice> choices = new BestOf(judge, Optional.of(right)).choose(drawn);
    choices.forEach(collector::add);
    Examination answers =
        Examination.of(
            world.heldOut(),
            choices.stream().map(c -> c.best().orElseThrow().completion()).toList());
    jobs.transcript().chosen(answers, collector.report());
    return new Milestone(BEST_OF, answers, mean(judge, answers), Jobs.secondsSince(start));
  }

  private static Milestone milestone(RewardFunction judge, String stage, Job job) {
    return new Milestone(stage, job.after(), mean(judge, job.after()), job.training().seconds());
  }

  private static double mean(RewardFunction judge, Examination answers) {
    return DoubleStream.of(judge.score(answers.completions())).average().orElse(Double.NaN);
  }
}
