package dev.fettle.harness.audit;

import dev.fettle.data.read.DataException;
import dev.fettle.harness.run.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a run after the fact. */
public final class Audit {
  private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

  private static final List<Check> CHECKS =
      List.of(
          RewardChecks::reward,
          ProxyCheck::of,
          DriftChecks::kl,
          DriftChecks::entropy,
          DriftChecks::length,
          DriftChecks::clipped,
          RewardChecks::variance,
          RewardChecks::critic,
          RewardChecks::repetition,
          RewardChecks::time);

  private Audit() {}

  /**
   * Writes the audit of a run that is finished, where it logged what an audit is for: rewards of
   * answers and a distance from a reference. A run is no worse where that cannot be done.
   */
  public static void ofFinished(RunDirectory run) {
    try {
      if (Files.exists(run.metrics())) {
        RunHistory history = RunHistory.read(run.metrics());
        if (history.has("reward") && history.has("kl")) {
          of(run.path(), AuditLimits.DEFAULT).write();
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("the run is not audited: {}", e.getMessage());
    }
  }

  /**
   * Looks at what a run has left on the disk, finished or not; nothing is written.
   *
   * @param run its directory
   * @param limits from where on a finding is worth a look
   * @throws DataException if it is no run's directory, or what the run logged is empty or damaged
   */
  public static AuditReport of(Path run, AuditLimits limits) {
    if (!Files.isDirectory(run)) {
      throw new DataException(
          run + ": no such directory; give that of a run (run.out/run.name), as runs/first");
    }
    if (Files.exists(run.resolve("recipe.json"))) {
      throw new DataException(
          run + " is the directory of a recipe; give that of one of its stages");
    }
    RunHistory history = RunHistory.read(new RunDirectory(run).metrics());
    AnswerTables answers = AnswerTables.read(run);
    Evidence evidence = new Evidence(history, answers, limits);
    List<Finding> findings = new ArrayList<>();
    CHECKS.forEach(check -> findings.addAll(check.of(evidence)));
    List<String> notes = new ArrayList<>(history.notes());
    notes.addAll(answers.notes());
    List<AuditReport.Logged> logged =
        history.names().stream().map(name -> logged(history.series(name))).toList();
    return new AuditReport(
        run, history.firstStep(), history.lastStep(), findings, logged, notes, limits);
  }

  private static AuditReport.Logged logged(Series series) {
    List<Long> steps = series.points().stream().map(Series.Point::step).toList();
    List<Double> values = series.points().stream().map(Series.Point::value).toList();
    return new AuditReport.Logged(
        series.name(),
        steps,
        values,
        series.isEmpty() ? Double.NaN : series.start(),
        series.isEmpty() ? Double.NaN : series.end());
  }
}
