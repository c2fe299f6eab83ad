package dev.fettle.cli;

import dev.fettle.bestof.BestOfFile;
import dev.fettle.bestof.BestOfReport;
import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.BestOfRun;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardKeys;
import dev.fettle.reward.Rewards;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fettle best-of}. */
@Command(
    name = "best-of",
    mixinStandardHelpOptions = true,
    description = {
      "Let a model answer prompts several times, and choose the best answer to each by a reward.",
      "",
      "Writes one line a prompt: the columns of its row, the chosen completion, its reward, and all"
          + " candidates with theirs. Reports what the best of 1 to N answers is worth, without bias."
          + " The same command goes on with a file that was broken off; see docs/sampling.md."
    })
final class BestOfCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Spec private CommandSpec spec;
  @Mixin private BackendOptionsMixin backend;
  @Mixin private PromptsMixin prompts;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model that answers: a directory, or that of an adapter.")
  private @Nullable Path model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "An adapter directory, as PEFT writes it, for the model.")
  private @Nullable Path adapter;

  @Option(
      names = "--samples",
      paramLabel = "SAMPLES.jsonl",
      description =
          "Answers that fettle sample wrote, in place of --data; --model is then needed for reward"
              + " models alone, and not run.")
  private @Nullable Path samples;

  @Option(
      names = "--reward",
      required = true,
      paramLabel = "DIR|NAME",
      description =
          "By what the best is chosen: a reward model's directory, a function's name, or a section"
              + " as {type: ..., ...}; several are added up.")
  private List<String> reward = new ArrayList<>();

  @Option(
      names = "--gold",
      paramLabel = "DIR|NAME",
      description = "A second reward, by which the choice is judged.")
  private List<String> gold = new ArrayList<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "BEST.jsonl",
      description = "Where the choices are written, or gone on with.")
  private Path out;

  @Option(
      names = "--report",
      paramLabel = "FILE.json",
      description = "Where the report is written too.")
  private @Nullable Path report;

  @Override
  public Integer call() {
    Samplings.requireRows(out);
    BestOfRun run = run();
    PrintWriter to = spec.commandLine().getOut();
    StopSignal stop = Samplings.stopSignal(spec);
    try (SampleBar bar = new SampleBar(main.terminal(), stop)) {
      boolean whole = samples == null ? sampled(run, bar, to) : run.choose(samples, out, bar);
      bar.end();
      if (!whole) {
        to.println("Stopped. What is whole is in " + out + "; the same command goes on with it.");
        return Main.STOPPED;
      }
    } catch (OutOfMemoryError e) {
      throw Samplings.outOfMemory(e);
    }
    tell(BestOfFile.report(out), to);
    return 0;
  }

  private BestOfRun run() {
    if (samples != null && prompts.hasData()) {
      throw new Failures.UsageException("--samples stands beside --data; give one of them");
    }
    if (samples == null && model == null) {
      throw new Failures.UsageException(
          "--model is missing: the model that answers; or give its answers with --samples");
    }
    List<RewardEntry> chosen = RewardKeys.read("--reward", reward);
    List<RewardEntry> second = gold.isEmpty() ? List.of() : RewardKeys.read("--gold", gold);
    return new BestOfRun(
        Optional.ofNullable(model).map(this::settings),
        backend.settings(),
        Rewards.discover(),
        chosen,
        second);
  }

  private ModelSettings settings(Path directory) {
    ModelSettings settings = ModelSettings.of(directory);
    return adapter == null ? settings : settings.with(AdapterSettings.of(adapter));
  }

  private boolean sampled(BestOfRun run, SampleBar bar, PrintWriter to) {
    SampleRequest request = prompts.request();
    Samplings.warnOfEqualAnswers(request.options(), to);
    SampleReport made = run.sample(request.watchedBy(bar), out);
    bar.end();
    Samplings.tellRows(made.rows(), to);
    return made.whole();
  }

  private void tell(BestOfReport best, PrintWriter to) {
    new BestOfText(best).lines().forEach(to::println);
    to.println("The choices are in " + out);
    if (report != null) {
      best.write(report);
      to.println("The report is in " + report);
    }
  }
}
