package dev.fettle.harness.model;

import dev.fettle.bestof.BestOf;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.sample.AnswerSink;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.harness.sample.SampleWatch;
import dev.fettle.harness.sample.SampledBest;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.Rewards;
import dev.fettle.sample.Origin;
import dev.fettle.settings.ConfigException;
import dev.fettle.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Best-of-N from a model directory, rewards that a configuration could name, and prompts or answers
 * in files: {@code fettle best-of}. Its file is a {@link dev.fettle.bestof.BestOfFile}, which a
 * later call goes on with, and of which {@link dev.fettle.bestof.BestOfFile#report} gives the
 * curve.
 *
 * @param model that answers, or answered; may be absent where answers are there and no reward is a
 *     model
 * @param backend of the model and of reward models
 * @param functions there are to name
 * @param reward by which one is chosen, at least one entry
 * @param gold what the choice is judged by beside it; may be none
 */
public record BestOfRun(
    Optional<ModelSettings> model,
    BackendSettings backend,
    Rewards functions,
    List<RewardEntry> reward,
    List<RewardEntry> gold) {

  /** Copies the lists. */
  public BestOfRun {
    reward = List.copyOf(reward);
    gold = List.copyOf(gold);
  }

  /** By some of Fettle's own rewards and those that the class path offers. */
  public static BestOfRun of(Path model, BackendSettings backend, List<RewardEntry> reward) {
    return new BestOfRun(
        Optional.of(ModelSettings.of(model)), backend, Rewards.discover(), reward, List.of());
  }

  /** What is done with rewards that are open. */
  private interface Use<T> {
    T with(BestOf best);
  }

  /**
   * Answers prompts, and writes the best answer to each with all candidates.
   *
   * @throws dev.fettle.data.read.DataException where prompts are broken, or the file cannot be
   *     written or is another one's
   * @throws ConfigException where no model is named, or a reward is not known
   */
  public SampleReport sample(SampleRequest request, Path out) {
    ModelSettings answering =
        model.orElseThrow(
            () -> ConfigException.about("model", "is missing; name one that answers"));
    return opened(
        best -> {
          try (LoadedModel loaded = LoadedModel.open(answering, backend)) {
            return loaded.sample(request, AnswerSink.bestOf(out, best, origin()));
          }
        });
  }

  /**
   * The same with answers that are there.
   *
   * @param samples a file as {@link LoadedModel#sample(SampleRequest, Path)} writes it
   * @return whether it is whole: false where the watch asked to stop
   * @throws dev.fettle.data.read.DataException where the samples are broken, or the file cannot be
   *     written or is another one's
   */
  public boolean choose(Path samples, Path out, SampleWatch watch) {
    return opened(best -> new SampledBest(samples, best, origin()).write(out, watch));
  }

  private <T> T opened(Use<T> use) {
    boolean models =
        reward.stream().anyMatch(e -> e.model().isPresent())
            || gold.stream().anyMatch(e -> e.model().isPresent());
    if (models && model.isEmpty()) {
      throw ConfigException.about(
          "model",
          "is missing; name the one that gave the answers: a reward model has to know whether its"
              + " tokens are the same");
    }
    try (ModelTokens tokens = ModelTokens.of(model);
        OpenRewards first = open(reward, tokens);
        MaybeRewards second =
            new MaybeRewards(gold.isEmpty() ? Optional.empty() : Optional.of(open(gold, tokens)))) {
      return use.with(new BestOf(first.together(), second.together()));
    }
  }

  private OpenRewards open(List<RewardEntry> entries, ModelTokens tokens) {
    return OpenRewards.open(entries, functions, backend, tokens.tokenizer());
  }

  /** A second reward, if there is one. */
  private record MaybeRewards(Optional<OpenRewards> open) implements AutoCloseable {
    Optional<RewardFunction> together() {
      return open.map(OpenRewards::together);
    }

    @Override
    public void close() {
      open.ifPresent(OpenRewards::close);
    }
  }

  /** The tokenizer of the model that answers, if there is one. */
  private record ModelTokens(Optional<ModelFiles> files) implements AutoCloseable {
    static ModelTokens of(Optional<ModelSettings> model) {
      return new ModelTokens(
          model
              .map(PolicyAdapter::withBase)
              .map(
                  m -> ModelFiles.open(m.directory(), m.adapter().flatMap(AdapterSettings::path))));
    }

    Optional<Tokenizer> tokenizer() {
      return files.flatMap(ModelFiles::tokenizer);
    }

    @Override
    public void close() {
      files.ifPresent(ModelFiles::close);
    }
  }

  private Origin origin() {
    return Origin.none().with("reward", named(reward)).with("gold", named(gold));
  }

  /** A model by what is in its files, a function by its options. */
  private static String named(List<RewardEntry> entries) {
    return entries.stream()
        .map(
            e ->
                e.model()
                        .map(
                            m ->
                                "model "
                                    + ModelKey.of(ModelSettings.of(m.model()))
                                    + (m.normalise() ? " normalised" : ""))
                        .orElseGet(() -> e.type() + e.options().map(o -> " " + o).orElse(""))
                    + (e.weight() == 1 ? "" : " x " + e.weight()))
        .collect(Collectors.joining(", "));
  }
}
