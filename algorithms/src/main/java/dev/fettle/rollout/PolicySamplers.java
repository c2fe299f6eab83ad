package dev.fettle.rollout;

import com.google.inject.Provider;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.Completion;
import dev.fettle.sample.PromptSampler;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.sample.StopTokens;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens samplers over the slots of a run's policy: no weight is there twice. What a sampler takes,
 * caches and programs, is given back when it is closed, so that training has the memory.
 */
public final class PolicySamplers implements Supplier<Sampler>, AutoCloseable {
  private final Provider<Policy> policy;
  private final ProgramCache programs;
  private final Optional<Tokenizer> tokenizer;
  private final StopTokens ends;
  private final PromptSampler.Settings settings;
  private boolean keeping;
  private @Nullable Sampler kept;

  /**
   * Samplers of a run.
   *
   * @param policy asked for when the first sampler is opened
   * @param programs of its backend
   * @param ends tokens that end an answer
   * @param settings of every sampler
   */
  public PolicySamplers(
      Provider<Policy> policy,
      ProgramCache programs,
      Optional<Tokenizer> tokenizer,
      StopTokens ends,
      PromptSampler.Settings settings) {
    this.policy = policy;
    this.programs = programs;
    this.tokenizer = tokenizer;
    this.ends = ends;
    this.settings = settings;
  }

  /** Tells the policy as it is now from every other, and backends, which round otherwise. */
  String origin() {
    return PolicyPrint.of(policy.get()) + " on " + policy.get().backend().id();
  }

  /**
   * From now on what a sampler has taken stays with it until {@link #close}: for rollouts that
   * follow each other at every step.
   */
  public void keep() {
    keeping = true;
  }

  @Override
  public Sampler get() {
    if (!keeping) {
      return open();
    }
    Sampler open = kept == null ? open() : kept;
    kept = open;
    return new Sampler() {
      @Override
      public List<Completion> sample(List<SamplePrompt> prompts, SamplingOptions options) {
        return open.sample(prompts, options);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }

  private Sampler open() {
    Policy of = policy.get();
    GeneratorModel model = new GeneratorModel(of.spec(), of.options().precision());
    Generator generator = new Generator(model, of.state(), programs);
    PromptSampler sampler = new PromptSampler(generator, tokenizer, ends, settings);
    return new Sampler() {
      @Override
      public List<Completion> sample(List<SamplePrompt> prompts, SamplingOptions options) {
        return sampler.sample(prompts, options);
      }

      @Override
      public void close() {
        generator.close();
      }
    };
  }
}
