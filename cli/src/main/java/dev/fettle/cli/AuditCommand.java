package dev.fettle.cli;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.audit.AuditLimits;
import dev.fettle.harness.audit.AuditReport;
import dev.fettle.harness.audit.AuditTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fettle audit}. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Look at a run after the fact: how far it went from its reference, what became of entropy,"
          + " lengths and rewards, whether a held-out judge agrees, what the time went into.",
      "",
      "Reads metrics.jsonl and the tables of answers of a run's directory, finished or not, and"
          + " writes audit.html and audit.json there. It says what was measured and what that may"
          + " mean; it is no warning of what will happen. Exit code 0 also where something is worth"
          + " a look."
    })
final class AuditCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN_DIR", description = "A run's directory, as runs/first.")
  private Path run;

  @Option(names = "--json", description = "Print audit.json in place of the table.")
  private boolean json;

  @Option(
      names = "--set",
      paramLabel = "LIMIT=VALUE",
      description = "Set a limit, as in --set kl=20; docs/audit.md lists them.")
  private List<String> limits = new ArrayList<>();

  @Override
  public Integer call() {
    AuditReport report = Fettle.audit(run, AuditLimits.with(limits));
    report.write();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(report.json());
    } else {
      out.print(AuditTable.of(report));
      out.println("The curves are in " + report.html());
    }
    out.flush();
    return 0;
  }
}
