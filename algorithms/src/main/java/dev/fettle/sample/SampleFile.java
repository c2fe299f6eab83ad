package dev.fettle.sample;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of answers, one JSON object each, those of a prompt together: the columns of the prompt's
 * row, and what {@link SampleColumns} adds. It grows a prompt at a time, and a later call goes on
 * with it as {@link ResumableFile} says.
 */
public final class SampleFile implements SampleRun.Answers, AutoCloseable {
  private final ResumableFile file;
  private final Plan plan;

  /**
   * What a file is to hold.
   *
   * @param prompts in the order of the file
   * @param samples answers to each
   * @param logProbs whether each token's log-probability is written too
   */
  public record Plan(List<SamplePrompt> prompts, int samples, boolean logProbs) {}

  private SampleFile(ResumableFile file, Plan plan) {
    this.file = file;
    this.plan = plan;
  }

  /**
   * Begins a file, or goes on with it.
   *
   * @param origin what the answers follow from; what the plan says is added
   * @throws dev.fettle.data.read.DataException if it cannot be written, is written by another
   *     process, is of another origin, or holds what is none of its lines
   */
  public static SampleFile open(Path file, Origin origin, Plan plan) {
    Origin whole =
        origin
            .with("samples per prompt", plan.samples())
            .with("log-probabilities", plan.logProbs());
    return new SampleFile(ResumableFile.open(file, whole, new There(plan)), plan);
  }

  /** Follows the lines that are there. */
  private static final class There implements ResumableFile.Lines {
    private final Plan plan;
    private int prompt;
    private int sample;

    There(Plan plan) {
      this.plan = plan;
    }

    @Override
    public boolean next(ObjectNode row) {
      if (prompt >= plan.prompts().size()) {
        throw new IllegalArgumentException("there are no more prompts");
      }
      long index = plan.prompts().get(prompt).index();
      SampleColumns.requirePlace(row, index, sample);
      sample++;
      boolean last = sample == plan.samples();
      if (last) {
        sample = 0;
        prompt++;
      }
      return last;
    }
  }

  /** Prompts of which all answers are there. */
  public int prompts() {
    return (int) file.groups();
  }

  /** Whether the answers to all prompts are there. */
  public boolean isWhole() {
    return prompts() == plan.prompts().size();
  }

  /**
   * Appends all answers to the next prompt.
   *
   * @throws IllegalArgumentException if they are others
   * @throws dev.fettle.data.read.DataException if they cannot be written, as when the disk is full
   */
  public void add(List<Completion> answers) {
    SamplePrompt next = plan.prompts().get(prompts());
    if (answers.size() != plan.samples()
        || answers.stream().anyMatch(a -> a.prompt().index() != next.index())) {
      throw new IllegalArgumentException("these are not the answers to prompt " + next.index());
    }
    file.add(answers.stream().map(a -> SampleColumns.write(a, plan.logProbs())).toList());
  }

  /** Appends the answers of a window of prompts, and makes them safe on the disk. */
  @Override
  public void add(List<List<Completion>> answers, int there) {
    answers.stream().skip(there).forEach(this::add);
    file.force();
  }

  @Override
  public void close() {
    file.close();
  }
}
