package dev.fettle.rollout;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.fettle.algorithm.RunLength;
import dev.fettle.algorithm.RunRewards;
import dev.fettle.algorithm.RunSeed;
import dev.fettle.algorithm.RunSite;
import dev.fettle.reward.RewardEntry;
import dev.fettle.sample.PromptSampler;
import dev.fettle.sample.SamplingListener;
import dev.fettle.sample.StopStrings;
import dev.fettle.sample.StopTokens;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.Optional;

/** Binds {@link RolloutRun}: what an algorithm that samples needs of its run. */
public final class RolloutModule extends AbstractModule {
  private final RolloutSettings settings;
  private final List<RewardEntry> rewards;

  /**
   * For an algorithm with these settings.
   *
   * @param rewards what answers are worth
   */
  public RolloutModule(RolloutSettings settings, List<RewardEntry> rewards) {
    this.settings = settings;
    this.rewards = rewards;
  }

  @Provides
  @Singleton
  PolicySamplers samplers(
      Provider<Policy> policy,
      ProgramCache programs,
      Optional<Tokenizer> tokenizer,
      StopTokens ends,
      RunSite site) {
    SamplingListener listener =
        new SamplingListener() {
          @Override
          public void onToken() {
            site.requireGoingOn();
          }
        };
    PromptSampler.Settings sampling =
        PromptSampler.Settings.usual()
            .withStops(new StopStrings(settings.stop()))
            .withBatchSize(settings.sampleBatchSize())
            .toldTo(listener);
    return new PolicySamplers(policy, programs, tokenizer, ends, sampling);
  }

  @Provides
  @Singleton
  RolloutRun run(
      PolicySamplers samplers, RunRewards all, RunSite site, RunLength length, RunSeed seed) {
    return new RolloutRun(
        settings,
        samplers,
        new RolloutRun.Reward(rewards, all.open(rewards)),
        site,
        new RolloutRun.Course(length, seed.value()));
  }
}
