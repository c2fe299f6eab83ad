package dev.fettle.example.plain;

import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Makes a model, trains it, stops, goes on, and streams its answers. */
public final class Main {
  private static final int STOP_AFTER = 25;

  private Main() {}

  /**
   * Runs the example.
   *
   * @param args a folder to work in
   */
  public static void main(String[] args) throws IOException {
    run(Path.of(args.length > 0 ? args[0] : "fettle-example"));
  }

  static void run(Path work) throws IOException {
    Files.createDirectories(work);
    Path rows = Questions.write(work);
    FineTuning tuning = FineTuning.of(Questions.model(work), rows, work.resolve("runs"));
    TrainingReport stopped =
        tuning.train(
            step -> {
              if (step.step() == STOP_AFTER) {
                tuning.stop();
              }
            });
    System.out.printf(
        "%s after step %d of %d%n", stopped.outcome(), stopped.step(), stopped.steps());
    TrainingReport finished = tuning.resume();
    System.out.println(finished.outcome());
    try (Answers answers = new Answers(finished.model().orElseThrow())) {
      for (Map.Entry<String, String> known : Questions.all().entrySet()) {
        System.out.print(known.getKey() + " ");
        Answers.read(answers.stream(known.getKey()), System.out::print).join();
        System.out.println();
      }
      answers.score(rows, work.resolve("scores.jsonl"));
    }
  }
}
