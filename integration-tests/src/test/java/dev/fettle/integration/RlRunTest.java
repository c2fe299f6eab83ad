package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of reinforcement learning: where their time goes, and that a stopped one is the same. */
class RlRunTest {
  private static final List<String> TIMED =
      List.of("timing/rollout", "timing/reward", "timing/logprobs", "timing/train");

  @TempDir private static Path dir;
  private static RlTask task = new RlTask(new LetterTask(Path.of("")));

  @BeforeAll
  static void make() throws IOException {
    task = RlTask.in(dir);
  }

  /** Keeps the events of a run. */
  private record Events(List<StepEvent> all) implements TrainingListener {
    @Override
    public void onStep(StepEvent event) {
      all.add(event);
    }
  }

  private static TrainingReport train(RunConfig config, Events events) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet().toldTo(events))) {
      return fettle.train();
    }
  }

  private static double timed(StepEvent event) {
    return event.found().entrySet().stream()
        .filter(e -> e.getKey().startsWith("timing/"))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** Of the seconds of all steps, rollouts, rewards, readings and training are the most. */
  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void timesAddUp(String backend) throws IOException {
    Events events = new Events(new ArrayList<>());
    RunConfig.Builder run =
        task.run("times-" + backend, backend, "ppo")
            .set("algorithm.promptsPerRound", 16)
            .set("algorithm.passes", 2)
            .set("train.steps", 12);
    train(run.build(), events);
    List<StepEvent> steps = events.all();
    double all = 0;
    double named = 0;
    for (StepEvent step : steps) {
      all += step.seconds();
      named += timed(step);
      boolean first = step.step() % 4 == 1;
      for (String name : TIMED) {
        boolean there = first && (step.step() > 1 || !name.equals("timing/train"));
        assertThat(step.found().containsKey(name))
            .as("%s at %s", name, step.step())
            .isEqualTo(there);
        assertThat(step.found().getOrDefault(name, 0.0)).isNotNegative();
      }
    }
    // What a rollout's training took is told with the next.
    for (StepEvent step : steps.subList(8, 12)) {
      named += step.seconds() - timed(step);
    }
    assertThat(named).as("of %s s", all).isLessThanOrEqualTo(1.01 * all).isGreaterThan(0.4 * all);
    JsonNode logged =
        Metrics.of(dir.resolve("runs/times-" + backend + "/metrics.jsonl")).rows().get(4);
    assertThat(TIMED).as("logged in %s", logged).allMatch(logged::has);
  }

  /** Asked to stop again and again, while it samples, reads and learns, it ends the same. */
  @ParameterizedTest
  @ValueSource(strings = {"tensorflow", "onnxruntime"})
  void aStoppedRunIsTheSame(String backend) throws IOException {
    RunConfig straight =
        task.run("straight-" + backend, backend, "ppo")
            .set("algorithm.promptsPerRound", 8)
            .set("algorithm.passes", 2)
            .set("algorithm.rewardScale", "running")
            .set("algorithm.kl.target", 0.5)
            .set("algorithm.kl.horizon", 40)
            .set("model.adapter.rank", 4)
            .set("model.adapter.targets", "all-linear")
            .set("optimizer.learningRate", 1e-2)
            .set("train.batchSize", 4)
            .set("train.steps", 12)
            .set("train.checkpointEvery", 3)
            .build();
    TrainingReport whole = LetterTask.train(straight);
    RunConfig stopped = straight.toBuilder().set("run.name", "stopped-" + backend).build();
    int stops = 0;
    TrainingReport report = resume(stopped, 20);
    while (report.outcome() == Outcome.STOPPED) {
      assertThat(++stops).isLessThan(60);
      // A rollout asks some fifty times: it is stopped within, and must come further each time.
      report = resume(stopped, 20 + 17 * stops);
    }
    assertThat(stops).isGreaterThan(3);
    for (int number = 1; number <= 3; number++) {
      assertThat(RlTask.rollout(report, number)).isEqualTo(RlTask.rollout(whole, number));
    }
    assertThat(Metrics.of(report.directory().metrics()).withoutTimes())
        .isEqualTo(Metrics.of(whole.directory().metrics()).withoutTimes());
    String weights = "adapter_model.safetensors";
    assertThat(
            Files.mismatch(
                whole.directory().finalModel().resolve(weights),
                report.directory().finalModel().resolve(weights)))
        .isEqualTo(-1);
  }

  private static TrainingReport resume(RunConfig config, int questions) {
    AtomicInteger asked = new AtomicInteger();
    RunOptions stopping =
        RunOptions.quiet().stoppingWhen(() -> asked.incrementAndGet() > questions);
    try (Fettle fettle = Fettle.open(config, stopping)) {
      return fettle.resume();
    }
  }

  /** Prompts and answers of many lengths: a few programs serve all rollouts. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "bfd"})
  void fewProgramsServeAllRollouts(String packing) throws IOException {
    Random random = new Random(7);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      StringBuilder prompt = new StringBuilder();
      random.ints(1 + random.nextInt(100), 'a', 'k').forEach(c -> prompt.append((char) c));
      rows.add("{\"prompt\": \"" + prompt + "=\"}");
    }
    Path prompts = Files.write(dir.resolve("long.jsonl"), rows);
    Path model = dir.resolve("long");
    if (!Files.exists(model)) {
      Fettle.initModel(
          new NewModel(
              NewModel.Family.LLAMA,
              new NewModel.Sizes(1, 16, 2, 2, 32, 512, true),
              new NewModel.TrainedTokens(List.of(dir.resolve("text.txt")), 270, List.of()),
              5),
          model);
    }
    Events events = new Events(new ArrayList<>());
    RunConfig config =
        task.run("programs-" + packing, "onnxruntime", "a2c")
            .set("model.path", model)
            .set("algorithm.maxNewTokens", 100)
            .set("algorithm.stop", List.of("a"))
            .set("data.train", prompts)
            .set("data.maxLength", 256)
            .set("data.packing", packing)
            .set("train.batchSize", 16)
            .set("train.microBatchSize", 4)
            .set("train.steps", 30)
            .build();
    train(config, events);
    List<Long> compiling =
        events.all().stream().filter(e -> e.compileSeconds() > 0).map(StepEvent::step).toList();
    System.out.println(packing + ": programs were compiled at steps " + compiling);
    // Sizes are few: rows of four lengths, and shares of them that are answers.
    assertThat(compiling).as("steps that compile").hasSizeLessThan(15);
    assertThat(compiling).as("in the second half").filteredOn(s -> s > 15).hasSizeLessThan(6);
  }
}
