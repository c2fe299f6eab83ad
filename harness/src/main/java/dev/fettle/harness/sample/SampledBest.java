package dev.fettle.harness.sample;

import dev.fettle.bestof.BestOf;
import dev.fettle.bestof.BestOfFile;
import dev.fettle.bestof.Candidate;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowReader;
import dev.fettle.data.store.ContentKey;
import dev.fettle.sample.Origin;
import dev.fettle.sample.SampleColumns;
import dev.fettle.sample.SampleColumns.Sampled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The best of the answers that a file of {@code fettle sample} holds. It is read twice, a few
 * hundred answers at a time.
 *
 * @param samples the file
 * @param best chooses
 * @param rewards what the rewards are, by which a file of choices is known again
 */
public record SampledBest(Path samples, BestOf best, Origin rewards) {
  /** Answers that are rewarded together, or more where a prompt has more. */
  private static final int WINDOW = 256;

  /**
   * Writes a file of choices, or goes on with it.
   *
   * @return whether it is whole: false where the watch asked to stop
   * @throws DataException if the samples cannot be read, or the choices not be written
   */
  public boolean write(Path out, SampleWatch watch) {
    List<Long> indices = new ArrayList<>();
    long[] answers = new long[1];
    forEachPrompt(
        prompt -> {
          indices.add(prompt.get(0).completion().prompt().index());
          answers[0] += prompt.size();
          return true;
        });
    Origin origin = Origin.none().with("samples", key()).with(rewards);
    try (BestOfFile file = BestOfFile.open(out, origin, indices, best)) {
      Windows windows = new Windows(file, watch, answers[0]);
      forEachPrompt(windows::add);
      windows.flush();
      return file.isWhole();
    }
  }

  private String key() {
    DataFiles.require(samples);
    try {
      return new ContentKey().file(samples).hex();
    } catch (IOException e) {
      throw DataFiles.unreadable(samples, e);
    }
  }

  /** Takes the answers to a prompt; says whether to go on. */
  private interface Prompts {
    boolean add(List<Sampled> prompt);
  }

  private void forEachPrompt(Prompts to) {
    try (RowReader reader = RowReader.open(samples)) {
      List<Sampled> prompt = new ArrayList<>();
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        Sampled next = SampleColumns.read(row.get());
        if (!prompt.isEmpty() && index(prompt.get(0)) != index(next)) {
          if (!to.add(prompt)) {
            return;
          }
          prompt = new ArrayList<>();
        }
        if (next.completion().sample() != prompt.size()) {
          throw DataException.at(
              row.get().origin(),
              "is sample "
                  + next.completion().sample()
                  + " of its prompt where sample "
                  + prompt.size()
                  + " is wanted; name a file as fettle sample writes it");
        }
        prompt.add(next);
      }
      if (!prompt.isEmpty()) {
        to.add(prompt);
      }
    }
  }

  private static long index(Sampled sampled) {
    return sampled.completion().prompt().index();
  }

  /** Rewards the answers to some prompts at a time, the same ones whenever it begins anew. */
  private static final class Windows {
    private final BestOfFile file;
    private final SampleWatch watch;
    private final long total;
    private final List<Candidate> held = new ArrayList<>();
    private int prompts;
    private int done;
    private long answers;

    Windows(BestOfFile file, SampleWatch watch, long total) {
      this.file = file;
      this.watch = watch;
      this.total = total;
      watch.onAnswers(0, total, 0);
    }

    boolean add(List<Sampled> prompt) {
      prompt.forEach(
          s ->
              held.add(
                  new Candidate(s.completion(), s.logProb(), Double.NaN, OptionalDouble.empty())));
      prompts++;
      if (held.size() >= WINDOW) {
        flush();
      }
      return !watch.stopRequested();
    }

    void flush() {
      int there = Math.min(prompts, Math.max(0, file.prompts() - done));
      if (there < prompts && !watch.stopRequested()) {
        file.addScored(held, there);
      }
      done += prompts;
      answers += held.size();
      watch.onAnswers(answers, total, 0);
      prompts = 0;
      held.clear();
    }
  }
}
