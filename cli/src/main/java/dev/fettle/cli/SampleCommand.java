package dev.fettle.cli;

import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fettle sample}. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    description = {
      "Let a model answer many prompts, each several times.",
      "",
      "Writes one line an answer: the columns of the prompt's row, index, sample, completion,"
          + " completion_ids, logprob and finish_reason. The same seed gives the same answers. The"
          + " same command goes on with a file that was broken off, by Ctrl-C or otherwise; see"
          + " docs/sampling.md."
    })
final class SampleCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Spec private CommandSpec spec;
  @Mixin private ModelOptionsMixin model;
  @Mixin private BackendOptionsMixin backend;
  @Mixin private DumpGraphsMixin dumpGraphs;
  @Mixin private PromptsMixin prompts;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "SAMPLES.jsonl",
      description = "Where the answers are written, or gone on with.")
  private Path out;

  @Option(names = "--logprobs", description = "Also write the log-probability of each token.")
  private boolean logProbs;

  @Override
  public Integer call() {
    SampleRequest request = prompts.request().withLogProbs(logProbs);
    Samplings.requireRows(out);
    PrintWriter to = spec.commandLine().getOut();
    Samplings.warnOfEqualAnswers(request.options(), to);
    StopSignal stop = Samplings.stopSignal(spec);
    try (LoadedModel loaded =
            LoadedModel.open(model.settings(), backend.settings(), dumpGraphs.directory());
        SampleBar bar = new SampleBar(main.terminal(), stop)) {
      SampleReport report = loaded.sample(request.watchedBy(bar), out);
      bar.end();
      return tell(report, request, to);
    } catch (OutOfMemoryError e) {
      throw Samplings.outOfMemory(e);
    }
  }

  private int tell(SampleReport report, SampleRequest request, PrintWriter to) {
    Samplings.tellRows(report.rows(), to);
    long total = (long) report.prompts() * request.options().draws().samples();
    if (!report.whole()) {
      to.println("Stopped. What is whole is in " + out + "; the same command goes on with it.");
      return Main.STOPPED;
    }
    if (report.before() == report.prompts()) {
      to.printf(Locale.ROOT, "%s holds all %,d answers already.%n", out, total);
      return 0;
    }
    to.printf(
        Locale.ROOT,
        "%,d answers to %,d prompts%s.%n",
        total,
        report.prompts(),
        report.before() == 0 ? "" : ", those to " + report.before() + " from before");
    to.printf(
        Locale.ROOT,
        "They have %.1f tokens in the mean; %,d of %,d were cut at the limit.%n",
        (double) report.tokens() / report.answers(),
        report.cut(),
        report.answers());
    to.println("They are in " + out);
    return 0;
  }
}
