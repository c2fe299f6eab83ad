package dev.fettle.harness.quickstart;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.sample.AnswerSink;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.Completion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model answered when it was asked everything at once, always with the likeliest token.
 *
 * @param answers one a task, in order
 */
public record Examination(List<Answer> answers) {
  static final int LONGEST_ANSWER = 16;
  private static final int TOGETHER = 128;

  /**
   * An answer.
   *
   * @param task what was asked
   * @param completion what the model wrote until it ended the text, or a limit of 16 tokens
   */
  public record Answer(Task task, Completion completion) {
    /** The answer's text. */
    public String given() {
      return completion.text().strip();
    }

    /** Whether it is right. */
    public boolean isRight() {
      return task.accepts(given());
    }
  }

  /** Copies the list. */
  public Examination {
    answers = List.copyOf(answers);
  }

  /**
   * Puts all tasks to a model.
   *
   * @param questions the tasks as rows of prompts
   */
  public static Examination of(
      Path model, BackendSettings backend, Path questions, List<Task> tasks) {
    try (LoadedModel loaded = LoadedModel.open(model, backend)) {
      List<Completion> answers = new ArrayList<>();
      drawn(loaded, questions, SamplingOptions.greedy(LONGEST_ANSWER))
          .forEach(each -> answers.add(each.get(0)));
      return of(tasks, answers);
    }
  }

  /** Answers to tasks, in order. */
  static Examination of(List<Task> tasks, List<Completion> completions) {
    return new Examination(
        IntStream.range(0, tasks.size())
            .mapToObj(i -> new Answer(tasks.get(i), completions.get(i)))
            .toList());
  }

  /** Answers to each of some rows of prompts, as many as the options say. */
  static List<List<Completion>> drawn(LoadedModel model, Path questions, SamplingOptions options) {
    List<List<Completion>> all = new ArrayList<>();
    SampleRequest request = SampleRequest.of(questions, options).withBatchSize(TOGETHER);
    model.sample(request, AnswerSink.of(all::add));
    return all;
  }

  /** The answers as a model gave them. */
  List<Completion> completions() {
    return answers.stream().map(Answer::completion).toList();
  }

  /** How many were right. */
  public long right() {
    return answers.stream().filter(Answer::isRight).count();
  }

  /** The share that was right, 0 to 1. */
  public double accuracy() {
    return answers.isEmpty() ? 0 : (double) right() / answers.size();
  }

  /** The answers to one kind of question. */
  public Examination only(TaskKind kind) {
    return new Examination(answers.stream().filter(a -> a.task().kind() == kind).toList());
  }
}
