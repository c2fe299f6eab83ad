package dev.fettle.example.plain;

import dev.fettle.bestof.BestOf;
import dev.fettle.bestof.Candidate;
import dev.fettle.bestof.Choice;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.sample.AnswerSink;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.reward.RewardFunction;
import dev.fettle.sample.Completion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Many prompts, and several answers to each. */
public final class Sampling {
  private Sampling() {}

  /** Eight answers to each prompt of a file of rows. */
  static SampleRequest request(Path prompts) {
    // docs:begin sample-request
    SampleRequest request =
        SampleRequest.of(prompts, SamplingOptions.sampling(32).withSamples(8).withSeed(3));
    // docs:end
    return request;
  }

  /** Writes the answers, or goes on with a file that was broken off. */
  public static SampleReport write(LoadedModel model, Path prompts, Path out) {
    SampleRequest request = request(prompts);
    // docs:begin sample-file
    return model.sample(request, out);
    // docs:end
  }

  /** The best answer to each prompt by a reward of the application's own. */
  public static List<String> best(LoadedModel model, Path prompts, RewardFunction reward) {
    SampleRequest request = request(prompts);
    // docs:begin sample-best
    List<List<Completion>> answers = new ArrayList<>();
    model.sample(request, AnswerSink.of(answers::add));
    List<String> best = new ArrayList<>();
    for (Choice choice : new BestOf(reward).choose(answers)) {
      best.add(choice.best().map(Candidate::completion).map(Completion::text).orElse(""));
    }
    // docs:end
    return best;
  }
}
