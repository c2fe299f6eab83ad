package dev.fettle.integration;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Letters to be put in order: a task that a tiny model learns in seconds and a program judges.
 *
 * @param directory of rows and models
 */
record LetterTask(Path directory) {
  private static final String LETTERS = "abcdefghij";
  private static final long SEED = 5;
  private static final int SHOWN = 200;
  private static final int HELD_OUT = 160;
  private static final int ASKED = 256;

  /** Makes the rows and a fresh model. */
  static LetterTask in(Path directory) throws IOException {
    List<String> prompts = new ArrayList<>();
    int letters = LETTERS.length();
    for (int word = 0; word < letters * letters * letters; word++) {
      char a = LETTERS.charAt(word / letters / letters);
      char b = LETTERS.charAt(word / letters % letters);
      char c = LETTERS.charAt(word % letters);
      if (a != b && b != c && a != c) {
        prompts.add("" + a + b + c);
      }
    }
    Collections.shuffle(prompts, new Random(SEED));
    LetterTask task = new LetterTask(directory);
    write(task.shown(), prompts.subList(0, SHOWN), true);
    write(task.asked(), prompts.subList(SHOWN, SHOWN + ASKED), false);
    write(task.heldOut(), prompts.subList(SHOWN + ASKED, SHOWN + ASKED + HELD_OUT), true);
    Path text = Files.writeString(directory.resolve("text.txt"), "a b c d e f g h i j = \n");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(2, 48, 4, 4, 96, 32, true),
            new NewModel.TrainedTokens(List.of(text), 270, List.of()),
            SEED),
        task.fresh());
    return task;
  }

  private static void write(Path file, List<String> prompts, boolean answered) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String prompt : prompts) {
      String sorted =
          prompt
              .chars()
              .sorted()
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      rows.add(
          answered
              ? "{\"prompt\":\"" + prompt + "=\",\"completion\":\"" + sorted + "\"}"
              : "{\"prompt\":\"" + prompt + "=\"}");
    }
    Files.write(file, rows);
  }

  /** Rows with their answers, to fine-tune on. */
  Path shown() {
    return directory.resolve("shown.jsonl");
  }

  /** Prompts without an answer. */
  Path asked() {
    return directory.resolve("asked.jsonl");
  }

  /** Rows nobody learns. */
  Path heldOut() {
    return directory.resolve("heldout.jsonl");
  }

  /** The model before it has learnt anything. */
  Path fresh() {
    return directory.resolve("fresh");
  }

  /** A run's settings, but for its algorithm and rows. */
  RunConfig.Builder run(String name, Path model, String backend) {
    return RunConfig.builder()
        .set("run.name", name)
        .set("run.out", directory.resolve("runs"))
        .set("run.seed", 3)
        .set("backend.id", backend)
        .set("model.path", model)
        .set("data.maxLength", 16)
        .set("optimizer.learningRate", 2e-3)
        .set("optimizer.betas", List.of(0.9, 0.99))
        .set("track", List.of("jsonl"));
  }

  /** A model that has half learnt the task. */
  Path halfTrained(String backend, int steps) {
    return halfTrained(backend, steps, "half-" + backend);
  }

  Path halfTrained(String backend, int steps, String name) {
    RunConfig config =
        run(name, fresh(), backend)
            .set("data.train", shown())
            .set("optimizer.schedule.type", "cosine")
            .set("train.steps", steps)
            .set("train.batchSize", 16)
            .set("data.packing", "none")
            .build();
    return train(config).model().orElseThrow();
  }

  /** Rejection sampling over the prompts without an answer. */
  RunConfig.Builder rejection(String name, Path model, String backend) {
    return run(name, model, backend)
        .set("algorithm.type", "rejection-sampling")
        .set("algorithm.reward", "sorted-letters")
        .set("algorithm.maxNewTokens", 5)
        .set("data.train", asked())
        .set("data.eval", heldOut());
  }

  static TrainingReport train(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }
}
