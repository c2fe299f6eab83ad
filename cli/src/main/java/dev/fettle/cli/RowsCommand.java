package dev.fettle.cli;

import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.rows.RowSet;
import dev.fettle.harness.rows.RowsInspection;
import dev.fettle.harness.rows.RowsReport;
import dev.fettle.harness.rows.RowsRequest;
import dev.fettle.harness.run.RunOptions;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fettle rows}. */
@Command(
    name = "rows",
    mixinStandardHelpOptions = true,
    description = {
      "Show what a run will train on, before it trains.",
      "",
      "Reads all rows of a configuration as training does and prints, for each data set, how many"
          + " are kept, what is dropped and why, how long they are, and the first ones token by"
          + " token. Targets, the tokens the loss is taken over, are green on a terminal and stand"
          + " between \u27e6 and \u27e7 elsewhere. Nothing is trained, and no weights are read."
    })
final class RowsCommand implements Callable<Integer> {
  @ParentCommand private Main main;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "CONFIG", description = "A YAML or JSON file; see docs/config.md.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a key of the configuration, as in --set data.maxLength=512.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rows of each data set that are shown. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(names = "--full", description = "Show long texts whole, not their ends alone.")
  private boolean full;

  @Option(
      names = "--out",
      paramLabel = "ROWS.jsonl",
      description =
          "Write all rows to train on as {\"input_ids\": [...], \"loss_mask\": [...]}, which train"
              + " and score take as data.")
  private @Nullable Path out;

  @Mixin private StageMixin stage;

  @Override
  public Integer call() {
    if (limit < 0) {
      throw new Failures.UsageException("--limit must be 0 or more, not " + limit);
    }
    RunConfig run = stage.read(config, overrides);
    RunOptions options = new RunOptions(main.terminal(), Optional.empty(), () -> false);
    RowsReport report =
        RowsInspection.of(run, options, new RowsRequest(limit, Optional.ofNullable(out)));
    PrintWriter to = spec.commandLine().getOut();
    RowsPage page = new RowsPage(to, main.terminal().interactive(), full);
    report.sets().forEach(page::print);
    if (out != null) {
      RowSet train = report.train();
      to.printf("%,d rows are written to %s%n", train.examples(), out);
    }
    to.flush();
    return 0;
  }
}
