package dev.fettle.example.plain;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.audit.AuditReport;
import java.nio.file.Path;
import java.util.List;

/** Looks at a run that learnt from rewards. */
public final class AfterTheFact {

  private AfterTheFact() {}

  /**
   * What is worth a look, in sentences.
   *
   * @param run the run's directory, into which a page is written
   */
  public static List<String> worthALook(Path run) {
    // docs:begin audit
    AuditReport report = Fettle.audit(run);
    report.write();
    return report.notable().stream().map(f -> f.title() + ": " + f.measured()).toList();
    // docs:end
  }
}
