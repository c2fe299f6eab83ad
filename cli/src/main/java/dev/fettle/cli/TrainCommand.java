package dev.fettle.cli;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.FettleRecipe;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.Recipe;
import dev.fettle.harness.config.RecipeReader;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.train.Ending;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fettle train}. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Train a model as a configuration file says.",
      "",
      "Everything is written to OUT/NAME (run.out and run.name): config.yaml, metrics.jsonl,"
          + " checkpoints/, and final/, a Hugging Face model directory. Ctrl-C finishes the step,"
          + " writes a checkpoint and says how to go on.",
      "",
      "A file with stages is a recipe: its stages are trained one after the other, each in"
          + " OUT/NAME/STAGE. --resume passes over those that are finished."
    })
final class TrainCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "CONFIG", description = "A YAML or JSON file; see docs/config.md.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a key of the configuration, as in --set train.steps=100.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--resume",
      description = "Go on from the newest checkpoint; begin where there is none.")
  private boolean resume;

  @Option(
      names = "--dry-run",
      description = {"Read model and rows, say what would be done and needed, and train nothing."})
  private boolean dryRun;

  @Mixin private DumpGraphsMixin dumpGraphs;
  @Mixin private StageMixin stage;

  @Override
  public Integer call() {
    stage.requireRecipe(config);
    if (RecipeReader.isRecipe(config)) {
      return recipe();
    }
    RunConfig run = ConfigReader.read(config, overrides);
    PrintWriter out = spec.commandLine().getOut();
    RunOptions options = options();
    try (Fettle fettle = Fettle.open(run, options)) {
      if (dryRun) {
        new PlanText(fettle.plan()).lines().forEach(out::println);
        out.println("Nothing was trained. Begin with: fettle train " + config + settings());
        return 0;
      }
      TrainingReport report = resume ? fettle.resume() : fettle.train();
      tell(report, out);
      return report.outcome() == TrainingReport.Outcome.STOPPED ? Main.STOPPED : 0;
    } catch (OutOfMemoryError e) {
      throw new Failures.OutOfMemory(e);
    }
  }

  private RunOptions options() {
    StopSignal stop = new StopSignal(this::announceStop).install();
    return new RunOptions(main.terminal(), dumpGraphs.directory(), stop).goingOnBy("add --resume");
  }

  private int recipe() {
    Recipe recipe = RecipeReader.read(config, overrides);
    stage.name().ifPresent(recipe::config);
    PrintWriter out = spec.commandLine().getOut();
    String named = stage.name().map(name -> " --stage " + name).orElse("");
    String command = "fettle train " + config + named;
    try (FettleRecipe fettle = FettleRecipe.open(recipe, options())) {
      TrainRecipe training = new TrainRecipe(fettle, stage.name(), command, settings());
      return dryRun ? training.dryRun(out) : training.train(resume, out);
    } catch (OutOfMemoryError e) {
      throw new Failures.OutOfMemory(e);
    }
  }

  private void announceStop() {
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        "\nfettle: stopping after this step, with a checkpoint; Ctrl-C again quits at once");
    err.flush();
  }

  private void tell(TrainingReport report, PrintWriter out) {
    Path directory = report.directory().path();
    switch (report.outcome()) {
      case FINISHED -> {
        out.printf("Trained %d steps%s.%n", report.step(), metrics(report));
        if (report.ending() == Ending.NO_IMPROVEMENT) {
          out.printf("Ended before step %d: nothing improved any more.%n", report.steps());
        }
        tellBest(report, out);
        out.println("The model is in " + report.directory().finalModel());
        Path audit = directory.resolve("audit.html");
        if (Files.exists(audit)) {
          out.println("What became of its rewards is in " + audit);
        }
      }
      case FINISHED_BEFORE -> {
        out.printf(
            "%s is finished already: %d of %d steps.%n", directory, report.step(), report.steps());
        out.println(
            "Its model is in "
                + report.directory().finalModel()
                + "; to train further, raise train.steps.");
      }
      case STOPPED -> {
        String of = report.steps() > 0 ? " of " + report.steps() : "";
        out.println("Stopped after step " + report.step() + of + ".");
        report.model().ifPresent(m -> out.println("The model as it is now is in " + m));
        out.println("Go on with: " + resumeCommand());
      }
    }
  }

  private static void tellBest(TrainingReport report, PrintWriter out) {
    report
        .best()
        .ifPresent(
            best ->
                out.printf(
                    Locale.ROOT,
                    "The best %s was %.4f, after step %d.%n",
                    best.metric(),
                    best.value(),
                    best.step()));
  }

  private static String metrics(TrainingReport report) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, ": loss %.4f", report.loss()));
    new TreeMap<>(report.evaluation())
        .forEach(
            (name, value) -> text.append(String.format(Locale.ROOT, ", %s %.4f", name, value)));
    return text.toString();
  }

  private String resumeCommand() {
    return "fettle train " + config + " --resume" + settings();
  }

  private String settings() {
    StringBuilder options = new StringBuilder();
    overrides.forEach(o -> options.append(" --set '").append(o).append('\''));
    return options.toString();
  }
}
