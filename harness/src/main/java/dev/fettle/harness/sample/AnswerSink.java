package dev.fettle.harness.sample;

import dev.fettle.bestof.BestOf;
import dev.fettle.sample.Completion;
import dev.fettle.sample.Origin;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.sample.SampleRun;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Where answers go; closed at the end of the call that fills it. */
public interface AnswerSink extends SampleRun.Answers, AutoCloseable {

  /**
   * Told before anything is sampled.
   *
   * @param origin all that the answers follow from
   * @param prompts that are answered, in order
   * @param samples answers to each
   * @return for how many of them there is nothing to do
   */
  int begin(Origin origin, List<SamplePrompt> prompts, int samples);

  @Override
  default void close() {}

  /** Gives on the answers to each prompt. */
  static AnswerSink of(Consumer<List<Completion>> each) {
    return new AnswerSink() {
      @Override
      public int begin(Origin origin, List<SamplePrompt> prompts, int samples) {
        return 0;
      }

      @Override
      public void add(List<List<Completion>> answers, int there) {
        answers.forEach(each);
      }
    };
  }

  /**
   * Writes a {@link dev.fettle.sample.SampleFile}, or goes on with it.
   *
   * @param request whose answers they are
   */
  static AnswerSink file(Path file, SampleRequest request) {
    return new FileSink(file, request.logProbs());
  }

  /**
   * Chooses the best of each prompt's answers, and writes a {@link dev.fettle.bestof.BestOfFile},
   * or goes on with it.
   *
   * @param rewards what the rewards are, by which the file is known again
   */
  static AnswerSink bestOf(Path file, BestOf best, Origin rewards) {
    return new BestOfSink(file, best, rewards);
  }
}
