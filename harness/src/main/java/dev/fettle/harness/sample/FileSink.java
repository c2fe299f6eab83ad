package dev.fettle.harness.sample;

import dev.fettle.sample.Completion;
import dev.fettle.sample.Origin;
import dev.fettle.sample.SampleFile;
import dev.fettle.sample.SamplePrompt;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Answers that go into a file. */
final class FileSink implements AnswerSink {
  private final Path file;
  private final boolean logProbs;
  private @Nullable SampleFile open;

  FileSink(Path file, boolean logProbs) {
    this.file = file;
    this.logProbs = logProbs;
  }

  @Override
  public int begin(Origin origin, List<SamplePrompt> prompts, int samples) {
    SampleFile begun =
        SampleFile.open(file, origin, new SampleFile.Plan(prompts, samples, logProbs));
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
