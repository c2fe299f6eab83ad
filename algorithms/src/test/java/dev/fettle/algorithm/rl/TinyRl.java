package dev.fettle.algorithm.rl;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fettle.algorithm.ReferenceModels;
import dev.fettle.algorithm.RunLength;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.RunSite;
import dev.fettle.algorithm.Training;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.data.Example;
import dev.fettle.data.Sized;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.Order;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.encode.Dataset;
import dev.fettle.data.encode.LoadReport;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.metrics.ProgressBars.Bar;
import dev.fettle.metrics.ProgressBars.Work;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.head.Head;
import dev.fettle.models.head.LmHead;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.SgdOptimizer;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.rollout.PolicySamplers;
import dev.fettle.rollout.RolloutRun;
import dev.fettle.sample.PromptRows;
import dev.fettle.sample.PromptSampler;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.sample.StopTokens;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;

/**
 * Reinforcement learning of a tiny GPT-2 on the reference backend, put together as a run does it.
 * Without a tokenizer: rewards look at tokens.
 */
final class TinyRl implements AutoCloseable {
  static final int VOCAB = 29;
  static final int END = 3;

  private static final Gpt2Config CONFIG =
      new Gpt2Config(
          new Dimensions(VOCAB, 8, 16, 1, 2, 2, 4, 32),
          new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty()),
          Activation.GELU_TANH,
          1e-5,
          true,
          false,
          true,
          0.02);

  /** Of odd and even tokens; longer answers are worth more. */
  static final RewardFunction ODD =
      RewardFunction.ofEach(
          c -> {
            double sum = 0;
            for (int id : c.generation().ids()) {
              sum += id % 2 == 1 ? 1 : -0.25;
            }
            return sum;
          });

  /** What a run is told and asked. */
  record Site(Path directory, List<String> warnings) implements RunSite {
    @Override
    public Bar show(Work work) {
      return new Bar() {
        @Override
        public void at(long done, String message) {}

        @Override
        public void close() {}
      };
    }

    @Override
    public void tell(String line) {}

    @Override
    public void warn(String warning) {
      warnings.add(warning);
    }

    @Override
    public void requireGoingOn() {}
  }

  /**
   * A run.
   *
   * @param recipe what is learnt
   * @param reward what answers are worth
   * @param prompts their tokens
   * @param batch answers of a step
   * @param micro rows of a program run
   * @param packing how answers share rows
   */
  record Setting(
      RlRecipe recipe,
      RewardFunction reward,
      List<int[]> prompts,
      int batch,
      int micro,
      Packing packing) {
    Setting rewarded(RewardFunction other) {
      return new Setting(recipe, other, prompts, batch, micro, packing);
    }

    Setting asking(List<int[]> others) {
      return new Setting(recipe, reward, others, batch, micro, packing);
    }

    Setting inBatches(int otherBatch, int otherMicro) {
      return new Setting(recipe, reward, prompts, otherBatch, otherMicro, packing);
    }

    Setting packed(Packing other) {
      return new Setting(recipe, reward, prompts, batch, micro, other);
    }
  }

  final Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
  final ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
  final Site site;
  final Policy policy;
  final Training<TrajectoryBatch> training;
  private final Policy start;
  private final Stepper<TrajectoryBatch> stepper;
  private long steps;

  TinyRl(Setting setting, Path directory) {
    this.site = new Site(directory, new ArrayList<>());
    LanguageModel body = Models.of(CONFIG);
    List<Head> heads = new ArrayList<>(List.of(new LmHead(body)));
    setting.recipe().critic().ifPresent(c -> heads.add(c.head(body)));
    this.policy =
        Policy.load(backend, PolicySpec.of(body, heads), ForwardOptions.DEFAULT, TinyRl::weights);
    this.start = Policy.load(backend, body, ForwardOptions.DEFAULT, TinyRl::weights);
    this.training = training(setting);
    this.stepper =
        new Stepper<>(
            policy,
            training.objective(),
            StepperOptions.of(new SgdOptimizer(0, 0, DecayedParameters.ALL), 0),
            programs);
  }

  /** Settings as a configuration has them, in braces; the reward is the test's own. */
  static <S> S settings(Keys<S> keys, Path directory, String yaml) {
    try {
      Path file = Files.writeString(directory.resolve("algorithm.yaml"), yaml);
      return new SettingsReader<>(keys).file(file, List.of(), Map.of());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Eight prompts of some tokens, in steps of four answers. */
  static Setting setting(RlRecipe recipe) {
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int[] ids = new int[2 + i % 4];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = 5 + (7 * i + 3 * t) % 20;
      }
      prompts.add(ids);
    }
    return new Setting(recipe, ODD, prompts, 4, 2, Packing.NONE);
  }

  private static HostTensor weights(ParameterSpec p) {
    // A critic's own body begins as the policy's.
    Random random = new Random(p.name().replace("critic.", "").hashCode());
    HostTensor t = HostTensor.allocate(p.type());
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, random.nextGaussian() * 0.3);
    }
    return t;
  }

  private Training<TrajectoryBatch> training(Setting setting) {
    RlRecipe recipe = setting.recipe();
    PromptSampler.Settings sampling =
        PromptSampler.Settings.usual().withBatchSize(recipe.sampling().sampleBatchSize());
    PolicySamplers samplers =
        new PolicySamplers(
            () -> policy, programs, Optional.empty(), StopTokens.of(Set.of(END)), sampling);
    WeightedRewards rewards =
        new WeightedRewards(List.of(new WeightedRewards.Part("test", 1, setting.reward())));
    RolloutRun run =
        new RolloutRun(
            recipe.sampling(),
            samplers,
            new RolloutRun.Reward(List.of(), rewards),
            site,
            new RolloutRun.Course(new RunLength(OptionalLong.of(9), 1), 5));
    BatchOptions batches =
        new BatchOptions(setting.batch(), setting.micro(), false, Order.shuffled(5), 0);
    RlTraining.Means means =
        new RlTraining.Means(() -> policy, new Opened(start), programs, entries -> rewards);
    return new RlTraining(recipe, run, batches, means)
        .over(
            new Rows(setting), new PromptRows(Optional.empty(), recipe.sampling().maxNewTokens()));
  }

  /** The model that training begins with, and no other. */
  private record Opened(Policy start) implements ReferenceModels {
    @Override
    public boolean startsWithoutAdapter() {
      return false;
    }

    @Override
    public Policy open(Path directory) {
      throw new IllegalStateException("no other model");
    }
  }

  /** Prompts that are there already. */
  private record Rows(Setting setting) implements RunRows {
    @Override
    @SuppressWarnings("unchecked") // prompts are all that is asked for
    public <E extends Sized> Dataset<E> train(RowEncoding<E> encoding) {
      List<SamplePrompt> all = new ArrayList<>();
      for (int[] ids : setting.prompts()) {
        var row = JsonNodeFactory.instance.objectNode().put("prompt", "p" + all.size());
        all.add(new SamplePrompt(all.size(), row, "p" + all.size(), false, ids));
      }
      LoadReport report = new LoadReport(all.size(), 0, 0, 0, Map.of(), List.of(), List.of());
      return new Dataset<>((List<E>) all, report);
    }

    @Override
    public <E extends Sized> Map<String, Dataset<E>> evaluations(RowEncoding<E> encoding) {
      return Map.of();
    }

    @Override
    public PackingOptions packing() {
      return PackingOptions.of(setting.packing(), 64);
    }
  }

  RolloutSource source() {
    return (RolloutSource) training.source();
  }

  /** The data of the next step; nothing is learnt. */
  StepBatch<TrajectoryBatch> next() {
    return source().next().orElseThrow();
  }

  /** Its answers, as they lie in the micro-batches. */
  static List<Trajectory> answers(StepBatch<TrajectoryBatch> step) {
    return unplaced(step.microBatches().stream().flatMap(b -> b.answers().stream()).toList());
  }

  /** The same, whether they were sampled or read from a file. */
  static List<Trajectory> unplaced(List<Trajectory> all) {
    RowOrigin nowhere = new RowOrigin(Path.of("answers"), 1, RowOrigin.Unit.LINE);
    List<Trajectory> same = new ArrayList<>();
    for (Trajectory t : all) {
      same.add(
          new Trajectory(
              new Example(t.example().ids(), t.example().targetMask(), nowhere),
              t.logProbs(),
              t.reference(),
              t.values(),
              t.advantages(),
              t.returns(),
              t.learnt()));
    }
    return same;
  }

  /** Takes a step on some data. */
  StepResult learn(StepBatch<TrajectoryBatch> step, double learningRate) {
    return stepper.step(step.microBatches(), ++steps, learningRate);
  }

  /** Moves all weights a little, so that the policy is another. */
  void nudge(double by) {
    for (ParameterSpec p : policy.trainables()) {
      HostTensor t = policy.parameter(p);
      Random random = new Random(p.name().hashCode() + 1L);
      for (long i = 0; i < t.elements(); i++) {
        t.set(i, t.get(i) + random.nextGaussian() * by);
      }
      policy.state().upload(p.slot().name(), t);
    }
  }

  /** All weights, one after the other. */
  double[] parameters() {
    List<Double> all = new ArrayList<>();
    for (ParameterSpec p : policy.trainables()) {
      HostTensor t = policy.parameter(p);
      for (long i = 0; i < t.elements(); i++) {
        all.add(t.get(i));
      }
    }
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public void close() {
    stepper.close();
    source().close();
    programs.close();
    policy.close();
    start.close();
    backend.close();
  }
}
