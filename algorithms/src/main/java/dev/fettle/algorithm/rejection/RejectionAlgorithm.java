package dev.fettle.algorithm.rejection;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.rollout.AnsweredPrompt;
import dev.fettle.rollout.AnsweredPrompts;
import dev.fettle.rollout.GreedyRewards;
import dev.fettle.rollout.RolloutModule;
import dev.fettle.rollout.RolloutRun;
import dev.fettle.rollout.Rollouts;
import dev.fettle.rollout.RoundPrompts;
import dev.fettle.rollout.RoundSource;
import dev.fettle.rollout.StepLayout;
import dev.fettle.sample.PromptRows;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Rejection sampling: {@code algorithm: { type: rejection-sampling }}. In rounds, the policy
 * answers the prompts, the best answers are kept, and it is fine-tuned on them; all rounds are one
 * training run with one optimizer.
 */
public final class RejectionAlgorithm implements Algorithm<RejectionSettings, MicroBatch> {
  @Override
  public String type() {
    return RejectionSettings.TYPE;
  }

  @Override
  public Keys<RejectionSettings> keys() {
    return RejectionSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(
      RejectionSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(prompts(settings, tokenizer));
  }

  private static PromptRows prompts(RejectionSettings settings, Optional<Tokenizer> tokenizer) {
    return new PromptRows(tokenizer, settings.sampling().maxNewTokens());
  }

  @Override
  public Module module(RejectionSettings settings) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        install(new RolloutModule(settings.sampling(), settings.reward()));
      }

      @Provides
      Training<?> training(
          RolloutRun run, RunRows rows, Optional<Tokenizer> tokenizer, BatchOptions batches) {
        return new Preparation(settings, run, rows, batches).training(prompts(settings, tokenizer));
      }
    };
  }

  /** What a training is made of. */
  private record Preparation(
      RejectionSettings settings, RolloutRun run, RunRows rows, BatchOptions batches) {

    Training<MicroBatch> training(PromptRows encoding) {
      RoundPrompts prompts = new RoundPrompts(rows.train(encoding).examples());
      Rollouts rollouts = run.rollouts(prompts);
      long expected =
          settings.keep().expected(rollouts.promptsOfRound(), run.settings().samplesPerPrompt());
      long each = Math.max(1, (expected + batches.batchSize() - 1) / batches.batchSize());
      long perEpoch = settings.rounds() * each;
      RoundSource<Example, MicroBatch> source =
          new RoundSource<>(
              new RejectionRounds(settings, rollouts, prompts, run),
              StepLayout.ofExamples(batches, rows.packing()),
              run.schedule(settings.rounds(), perEpoch),
              perEpoch,
              prompts.fingerprint());
      Training<MicroBatch> training =
          Training.of(new SftObjective(), source)
              .noting(
                  List.of(
                      settings.rounds()
                          + " rounds of "
                          + rollouts.answersOfRound()
                          + " answers to "
                          + rollouts.promptsOfRound()
                          + " prompts"));
      Map<String, Held> sets = heldOut(encoding);
      return sets.isEmpty() ? training : training.evaluatedBy(stepper -> evaluate(stepper, sets));
    }

    /** Rows held out: all are asked, and those that hold an answer are learnt for comparison. */
    private Map<String, Held> heldOut(PromptRows encoding) {
      Map<String, Held> sets = new LinkedHashMap<>();
      rows.evaluations(new AnsweredPrompts(encoding))
          .forEach(
              (name, data) -> {
                List<AnsweredPrompt> all = data.examples();
                List<Example> answers = all.stream().flatMap(a -> a.answer().stream()).toList();
                Optional<Iterable<MicroBatch>> given =
                    answers.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                            BatchSource.portions(
                                RowPlan.of(answers, rows.packing()),
                                batches.microBatchSize(),
                                Function.identity()));
                sets.put(name, new Held(all.stream().map(AnsweredPrompt::prompt).toList(), given));
              });
      return sets;
    }

    private StepResult evaluate(Stepper<MicroBatch> stepper, Map<String, Held> sets) {
      Map<String, Double> all = new LinkedHashMap<>();
      GreedyRewards rewards = new GreedyRewards(run);
      sets.forEach(
          (name, held) -> {
            String prefix = name.isEmpty() ? "" : name + "_";
            held.answers()
                .ifPresent(
                    given ->
                        stepper
                            .evaluate(given)
                            .metrics()
                            .forEach((metric, value) -> all.put(prefix + metric, value)));
            rewards.of(held.prompts()).forEach((metric, value) -> all.put(prefix + metric, value));
          });
      return new StepResult(all);
    }
  }

  /**
   * Rows to evaluate on.
   *
   * @param prompts of all
   * @param answers of those that hold one
   */
  private record Held(List<SamplePrompt> prompts, Optional<Iterable<MicroBatch>> answers) {}
}
