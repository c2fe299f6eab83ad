package dev.fettle.cli;

import dev.fettle.cli.Failures.UsageException;
import dev.fettle.data.encode.LossOn;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.RewardModel;
import dev.fettle.harness.score.ScoreSummary;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fettle score}. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = {
      "Say how likely a model finds the tokens of given rows.",
      "",
      "Prints the mean loss of a token and the perplexity. With --out, writes one line for each row,"
          + " in their order: {\"num_tokens\": ..., \"logprob\": ..., \"logprobs\": [...]}. Scored are"
          + " the tokens training would learn: the completion where a row has one apart from its"
          + " prompt, those of the loss_mask in pre-tokenised rows, else all after the first.",
      "",
      "With a reward model, the reward of each whole row: {\"reward\": ...}; --loss-on does not"
          + " matter. Of rows of preferences, the rewards of both answers ({\"chosen_reward\": ...,"
          + " \"rejected_reward\": ...}), and a report on how far the model can be trusted."
    })
final class ScoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ModelOptionsMixin model;
  @Mixin private BackendOptionsMixin backend;
  @Mixin private DumpGraphsMixin dumpGraphs;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "ROWS",
      description = "Rows: .jsonl, .jsonl.gz, .json or .parquet.")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where each row's scores are written.")
  private @Nullable Path out;

  @Option(
      names = "--loss-on",
      paramLabel = "WHAT",
      defaultValue = "AUTO",
      description = "auto, completion, assistant or all. Default: auto")
  private LossOn lossOn = LossOn.AUTO;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Cut rows to so many tokens; by default to what the model takes.")
  private @Nullable Integer maxLength;

  @Option(
      names = "--normalise",
      description =
          "Of a reward model: counts rewards in deviations from the mean of those it was trained"
              + " on.")
  private boolean normalise;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Of a reward model, with rows of preferences: where the report is written as JSON.")
  private @Nullable Path report;

  @Override
  public Integer call() {
    DataSettings rows =
        DataSettings.of(data.toAbsolutePath().normalize())
            .withMaxLength(Optional.ofNullable(maxLength));
    if (RewardModel.is(model.settings())) {
      try (RewardModel loaded =
          RewardModel.open(model.settings(), backend.settings(), dumpGraphs.directory())) {
        new RewardReport(loaded, rows, normalise, spec.commandLine().getOut())
            .run(Optional.ofNullable(out), Optional.ofNullable(report));
      }
      return 0;
    }
    if (normalise || report != null) {
      throw new UsageException(
          (normalise ? "--normalise" : "--report")
              + " is of reward models, which "
              + model.settings().directory()
              + " is not; leave it out, or give a reward model");
    }
    try (LoadedModel loaded = open()) {
      ScoreSummary summary =
          out == null ? loaded.score(rows, lossOn, row -> {}) : loaded.score(rows, lossOn, out);
      tell(summary, spec.commandLine().getOut());
    }
    return 0;
  }

  static void tellCut(long truncated, PrintWriter out) {
    if (truncated > 0) {
      out.printf("%d rows were cut to what the model takes%n", truncated);
    }
  }

  private LoadedModel open() {
    return LoadedModel.open(model.settings(), backend.settings(), dumpGraphs.directory());
  }

  private static void tell(ScoreSummary summary, PrintWriter out) {
    out.printf("rows        %d%n", summary.rows());
    out.printf("tokens      %d%n", summary.tokens());
    out.printf(Locale.ROOT, "mean loss   %.6f%n", summary.meanLoss());
    out.printf(Locale.ROOT, "perplexity  %.4f%n", summary.perplexity());
    tellCut(summary.truncated(), out);
  }
}
