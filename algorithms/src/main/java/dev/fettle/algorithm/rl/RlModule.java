package dev.fettle.algorithm.rl;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.multibindings.OptionalBinder;
import dev.fettle.algorithm.FinishedHeads;
import dev.fettle.algorithm.PolicyHeads;
import dev.fettle.algorithm.ReferenceModels;
import dev.fettle.algorithm.RunRewards;
import dev.fettle.algorithm.RunRows;
import dev.fettle.algorithm.Training;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.models.head.LmHead;
import dev.fettle.rollout.RolloutModule;
import dev.fettle.rollout.RolloutRun;
import dev.fettle.sample.PromptRows;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.Optional;

/** Puts a policy gradient together, whichever it is. */
public final class RlModule extends AbstractModule {
  private final RlRecipe recipe;

  /** For a recipe. */
  public RlModule(RlRecipe recipe) {
    this.recipe = recipe;
  }

  /** The rows of a recipe: prompts. */
  public static PromptRows rows(RlRecipe recipe, Optional<Tokenizer> tokenizer) {
    return new PromptRows(tokenizer, recipe.sampling().maxNewTokens());
  }

  @Override
  protected void configure() {
    install(new RolloutModule(recipe.sampling(), recipe.rewarding().reward()));
    recipe
        .critic()
        .ifPresent(
            critic -> {
              OptionalBinder.newOptionalBinder(binder(), PolicyHeads.class)
                  .setBinding()
                  .toInstance(
                      new PolicyHeads(body -> List.of(new LmHead(body), critic.head(body))));
              // The critic has done its work: the finished model is a language model.
              OptionalBinder.newOptionalBinder(binder(), FinishedHeads.class)
                  .setBinding()
                  .toInstance(
                      new FinishedHeads(
                          (policy, programs) -> List.of(policy.spec().head(LmHead.class))));
            });
  }

  @Provides
  RlTraining.Means means(
      Provider<Policy> policy, ReferenceModels models, ProgramCache programs, RunRewards rewards) {
    return new RlTraining.Means(policy, models, programs, rewards);
  }

  @Provides
  Training<?> training(
      RolloutRun run,
      RunRows rows,
      Optional<Tokenizer> tokenizer,
      BatchOptions batches,
      RlTraining.Means means) {
    return new RlTraining(recipe, run, batches, means).over(rows, rows(recipe, tokenizer));
  }
}
