package dev.fettle.harness.quickstart;

import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model answered when it was asked everything at once, always with the likeliest token.
 *
 * @param answers one a task, in order
 */
public record Examination(List<Answer> answers) {
  private static final int LONGEST_ANSWER = 16;

  /**
   * An answer.
   *
   * @param task what was asked
   * @param given all the model wrote until it ended the text, or a limit of 16 tokens
   */
  public record Answer(Task task, String given) {
    /** Whether it is right. */
    public boolean isRight() {
      return task.accepts(given);
    }
  }

  /** Copies the list. */
  public Examination {
    answers = List.copyOf(answers);
  }

  /** Puts all tasks to a model, in one batch. */
  public static Examination of(Path model, BackendSettings backend, List<Task> tasks) {
    try (LoadedModel loaded = LoadedModel.open(model, backend)) {
      List<int[]> prompts = tasks.stream().map(t -> loaded.promptIds(t.question())).toList();
      SamplingOptions greedy = SamplingOptions.greedy(LONGEST_ANSWER);
      List<Generation> made = loaded.generate(prompts, greedy, TokenListener.none());
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < made.size(); i++) {
        answers.add(
            new Answer(tasks.get(i), loaded.tokenizer().decode(made.get(i).ids(), true).strip()));
      }
      return new Examination(answers);
    }
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
