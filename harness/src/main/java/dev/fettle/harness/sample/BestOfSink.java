package dev.fettle.harness.sample;

import dev.fettle.bestof.BestOf;
import dev.fettle.bestof.BestOfFile;
import dev.fettle.sample.Completion;
import dev.fettle.sample.Origin;
import dev.fettle.sample.SamplePrompt;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Answers of which the best is chosen, in a file. */
final class BestOfSink implements AnswerSink {
  private final Path file;
  private final BestOf best;
  private final Origin rewards;
  private @Nullable BestOfFile open;

  BestOfSink(Path file, BestOf best, Origin rewards) {
    this.file = file;
    this.best = best;
    this.rewards = rewards;
  }

  @Override
  public int begin(Origin origin, List<SamplePrompt> prompts, int samples) {
    Origin whole = origin.with("samples per prompt", samples).with(rewards);
    List<Long> indices = prompts.stream().map(SamplePrompt::index).toList();
    BestOfFile begun = BestOfFile.open(file, whole, indices, best);
    open = begun;
    return begun.prompts();
  }

  @Override
  public void add(List<List<Completion>> answers, int there) {
    Objects.requireNonNull(open, "begun").add(answers, there);
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
    }
  }
}
