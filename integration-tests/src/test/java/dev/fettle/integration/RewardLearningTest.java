package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.model.RewardModel;
import dev.fettle.harness.quickstart.Task;
import dev.fettle.harness.quickstart.TaskKind;
import dev.fettle.harness.quickstart.TinyWorld;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.score.Calibration;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reward models learn, on pairs of prompts they have never seen. */
class RewardLearningTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BACKEND = "onnxruntime";
  private static final List<String> SOLUTIONS =
      List.of("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification");

  @TempDir private Path dir;

  private static String pair(String prompt, String chosen, String rejected) {
    ObjectNode row = JSON.createObjectNode();
    row.put("prompt", prompt).put("chosen", chosen).put("rejected", rejected);
    return row + "\n";
  }

  private Calibration trained(RunConfig.Builder config, Path heldOut) {
    Path model;
    try (Fettle fettle =
        Fettle.open(
            config
                .set("run.out", dir.resolve("runs"))
                .set("backend.id", BACKEND)
                .set("algorithm.type", "reward")
                .build(),
            RunOptions.quiet())) {
      model = fettle.train().model().orElseThrow();
    }
    // Long rows are cut as those that were trained on.
    DataSettings rows = config.set("data.train", heldOut).build().data();
    try (RewardModel loaded = RewardModel.open(model, BackendSettings.of(BACKEND))) {
      return loaded.calibrate(rows);
    }
  }

  private static void tell(String what, Calibration c) {
    System.out.printf(
        Locale.ROOT,
        "reward model on %s: held-out accuracy %.4f (95 %%: %.4f to %.4f), %d of %d pairs; Brier"
            + " %.4f, log loss %.4f, calibration error %.4f%n",
        what,
        c.accuracy().value(),
        c.accuracy().low(),
        c.accuracy().high(),
        c.accuracy().count(),
        c.accuracy().of(),
        c.brier(),
        c.logLoss(),
        c.calibrationError());
  }

  /** The right answer against another of its kind. */
  private static String pairs(List<Task> tasks, List<Task> all, Random random) {
    StringBuilder pairs = new StringBuilder();
    for (Task task : tasks) {
      List<String> wrong =
          all.stream()
              .filter(t -> t.kind() == task.kind() && !t.answer().equals(task.answer()))
              .map(Task::answer)
              .distinct()
              .toList();
      pairs.append(
          pair(
              task.question(), " " + task.answer(), " " + wrong.get(random.nextInt(wrong.size()))));
    }
    return pairs.toString();
  }

  /** The quickstart's questions: the fact is told, the right answer is a word of it. */
  @Test
  void rightAnswersAreToldFromWrongOnes() throws IOException {
    TinyWorld world =
        TinyWorld.of(5, new TinyWorld.Amount(EnumSet.allOf(TaskKind.class), 400, 100));
    Random random = new Random(5);
    Path train =
        Files.writeString(
            dir.resolve("train.jsonl"), pairs(world.training(), world.training(), random));
    Path heldOut =
        Files.writeString(
            dir.resolve("held-out.jsonl"), pairs(world.heldOut(), world.training(), random));
    Path model = dir.resolve("model");
    Fettle.initModel(
        new NewModel(
            Family.LLAMA,
            new Sizes(2, 64, 4, 4, 128, 64, true),
            new TrainedTokens(List.of(train), 800, List.of()),
            5),
        model);
    Calibration c =
        trained(
            RunConfig.builder()
                .set("run.name", "tasks")
                .set("model.path", model)
                .set("data.train", train)
                .set("data.maxLength", 64)
                .set("optimizer.learningRate", 3e-3)
                .set("train.epochs", 6)
                .set("train.batchSize", 16)
                .set("train.microBatchSize", 16),
            heldOut);
    tell("the quickstart's questions", c);
    assertThat(c.accuracy().value()).isGreaterThanOrEqualTo(0.95);
  }

  private static List<String> lines(Path file) throws IOException {
    boolean packed = file.toString().endsWith(".gz");
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                packed
                    ? new GZIPInputStream(Files.newInputStream(file))
                    : Files.newInputStream(file),
                StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  /** Anthropic's helpful-base, as people chose: 2000 dialogues to learn from, 354 others. */
  @Test
  @Tag("slow")
  void whatPeopleChoseIsLearntALittle() throws IOException {
    Path heldOut = SharedData.require("datasets/hh-rlhf/helpful-base.eval354.jsonl");
    Calibration c =
        trained(
            RunConfig.builder()
                .set("run.name", "hh")
                .set("model.path", SharedData.require("models/TinyStories-656K"))
                .set(
                    "data.train",
                    SharedData.require("datasets/hh-rlhf/helpful-base.train2000.jsonl.gz"))
                .set("data.maxLength", 512)
                .set("data.truncation", "keep_end")
                .set("optimizer.learningRate", 1e-3)
                .set("train.epochs", 1)
                .set("train.batchSize", 16)
                .set("train.microBatchSize", 8),
            heldOut);
    tell("hh-rlhf's helpful-base", c);
    assertThat(c.accuracy().low()).isGreaterThan(0.5);
  }

  /** GSM8K's labelled solutions: a right and a wrong one of one question. */
  @Test
  @Tag("slow")
  void rightSolutionsAreToldFromWrongOnes() throws IOException {
    List<String> questions =
        lines(SharedData.require("datasets/gsm8k/example_model_solutions.dev.jsonl.gz"));
    Path train = dir.resolve("train.jsonl");
    Path heldOut = dir.resolve("held-out.jsonl");
    int cut = questions.size() / 2;
    Files.writeString(train, solutions(questions.subList(0, cut), Integer.MAX_VALUE));
    // One pair of a question, so that pairs are independent, as the interval has it.
    Files.writeString(heldOut, solutions(questions.subList(cut, questions.size()), 1));
    Calibration c =
        trained(
            RunConfig.builder()
                .set("run.name", "gsm8k")
                .set("model.path", SharedData.require("models/TinyStories-656K"))
                .set("data.train", train)
                .set("data.maxLength", 512)
                .set("optimizer.learningRate", 1e-3)
                .set("data.packing", "none")
                .set("train.epochs", 3)
                .set("train.batchSize", 16)
                .set("train.microBatchSize", 8),
            heldOut);
    tell("GSM8K's labelled solutions", c);
    assertThat(c.accuracy().low()).isGreaterThan(0.5);
  }

  private static String solutions(List<String> questions, int each) throws IOException {
    StringBuilder pairs = new StringBuilder();
    for (String line : questions) {
      JsonNode row = JSON.readTree(line);
      List<String> right = new ArrayList<>();
      List<String> wrong = new ArrayList<>();
      for (String name : SOLUTIONS) {
        JsonNode solution = row.path(name);
        (solution.path("is_correct").asBoolean() ? right : wrong)
            .add("\n" + solution.path("solution").asText());
      }
      for (int i = 0; i < Math.min(each, right.size() * wrong.size()); i++) {
        String chosen = right.get(i % right.size());
        pairs.append(pair(row.path("question").asText(), chosen, wrong.get(i / right.size())));
      }
    }
    return pairs.toString();
  }
}
