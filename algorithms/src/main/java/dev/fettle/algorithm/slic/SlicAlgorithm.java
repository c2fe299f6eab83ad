package dev.fettle.algorithm.slic;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provider;
import com.google.inject.Provides;
import dev.fettle.algorithm.Algorithm;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.PairTraining;
import dev.fettle.algorithm.preference.PreferenceObjective;
import dev.fettle.algorithm.preference.ReferenceFree;
import dev.fettle.algorithm.slic.SlicSettings.Mode;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.rollout.AnsweredPrompt;
import dev.fettle.rollout.AnsweredPrompts;
import dev.fettle.rollout.GreedyRewards;
import dev.fettle.rollout.RolloutModule;
import dev.fettle.rollout.RolloutRun;
import dev.fettle.rollout.RoundPrompts;
import dev.fettle.rollout.RoundSource;
import dev.fettle.rollout.StepLayout;
import dev.fettle.sample.PromptRows;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.settings.Keys;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sequence likelihood calibration: {@code algorithm: { type: slic }}. */
public final class SlicAlgorithm implements Algorithm<SlicSettings, PairBatch> {
  @Override
  public String type() {
    return SlicSettings.TYPE;
  }

  @Override
  public Keys<SlicSettings> keys() {
    return SlicSettings.KEYS;
  }

  @Override
  public Optional<RowEncoding<?>> encoding(SlicSettings settings, Optional<Tokenizer> tokenizer) {
    return Optional.of(
        settings.mode() == Mode.DIRECT
            ? new PreferenceRows(tokenizer, true)
            : prompts(settings, tokenizer));
  }

  private static AnsweredPrompts prompts(SlicSettings settings, Optional<Tokenizer> tokenizer) {
    return new AnsweredPrompts(new PromptRows(tokenizer, settings.sampling().maxNewTokens()));
  }

  @Override
  public Module module(SlicSettings settings) {
    if (settings.mode() == Mode.DIRECT) {
      return ReferenceFree.withTargets(settings.minimised());
    }
    return new AbstractModule() {
      @Override
      protected void configure() {
        install(new RolloutModule(settings.sampling(), settings.reward()));
      }

      @Provides
      Training<?> training(
          RolloutRun run,
          RunRows rows,
          Optional<Tokenizer> tokenizer,
          BatchOptions batches,
          Provider<Policy> policy) {
        return new Preparation(settings, run, rows, batches)
            .training(prompts(settings, tokenizer), policy);
      }
    };
  }

  /** What a training on ranked samples is made of. */
  private record Preparation(
      SlicSettings settings, RolloutRun run, RunRows rows, BatchOptions batches) {

    Training<PairBatch> training(AnsweredPrompts encoding, Provider<Policy> policy) {
      PairTraining.requireWhole(rows);
      List<AnsweredPrompt> answered = rows.train(encoding).examples();
      RoundPrompts prompts =
          new RoundPrompts(answered.stream().map(AnsweredPrompt::prompt).toList());
      RankedRounds rounds = new RankedRounds(settings, prompts, answered, run);
      Map<String, List<SamplePrompt>> heldOut = new LinkedHashMap<>();
      rows.evaluations(encoding.prompts())
          .forEach((name, data) -> heldOut.put(name, data.examples()));
      long expected =
          (long) rounds.rollouts().promptsOfRound()
              * settings.ranking().most(run.settings().samplesPerPrompt());
      long each = Math.max(1, (expected + batches.batchSize() - 1) / batches.batchSize());
      RoundSource<PreferencePair, PairBatch> source =
          new RoundSource<>(
              rounds,
              layout(policy.get()),
              run.schedule(settings.rounds(), settings.rounds() * each),
              settings.rounds() * each,
              prompts.fingerprint());
      Training<PairBatch> training =
          Training.of(new PreferenceObjective(settings.minimised()), source)
              .noting(
                  List.of(
                      rounds.rollouts().answersOfRound()
                          + " answers to "
                          + rounds.rollouts().promptsOfRound()
                          + " prompts are ranked, in "
                          + settings.rounds()
                          + (settings.rounds() == 1 ? " round" : " rounds")));
      return heldOut.isEmpty()
          ? training
          : training.evaluatedBy(stepper -> new GreedyRewards(run).ofEach(heldOut));
    }

    /** A prompt is read once for its answers unless the model reads it otherwise for each. */
    private StepLayout<PreferencePair, PairBatch> layout(Policy policy) {
      boolean promptOnce = !policy.model().dependsOnLength();
      return new StepLayout<>(
          batches,
          rows.packing(),
          (pairs, packing) -> PreferencePair.plan(pairs, packing, promptOnce),
          (batch, pairs) -> PairBatch.of(batch, pairs, PreferencePair.members(pairs, promptOnce)));
    }
  }
}
