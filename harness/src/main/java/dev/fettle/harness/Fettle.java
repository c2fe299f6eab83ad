package dev.fettle.harness;

import com.google.inject.Injector;
import dev.fettle.data.encode.LossOn;
import dev.fettle.feedback.job.FeedbackReport;
import dev.fettle.feedback.job.FeedbackWatch;
import dev.fettle.files.Uninterrupted;
import dev.fettle.harness.audit.Audit;
import dev.fettle.harness.audit.AuditLimits;
import dev.fettle.harness.audit.AuditReport;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.config.SaveAs;
import dev.fettle.harness.doctor.BackendCheckup;
import dev.fettle.harness.feedback.Feedback;
import dev.fettle.harness.feedback.LabelConfig;
import dev.fettle.harness.feedback.ReviseConfig;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.MergedModel;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.rows.RowsInspection;
import dev.fettle.harness.rows.RowsReport;
import dev.fettle.harness.rows.RowsRequest;
import dev.fettle.harness.run.Planning;
import dev.fettle.harness.run.RunDirectory;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunPlan;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingRun;
import dev.fettle.harness.score.ScoreReport;
import dev.fettle.harness.wiring.Backends;
import dev.fettle.harness.wiring.RunModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.spi.cuda.Gpus;
import dev.fettle.spi.cuda.Host;
import dev.fettle.train.Ending;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Training, scoring and generation for applications. The backend is chosen by the configuration
 * among those on the class path.
 *
 * <p>It trains on the calling thread, one run at a time: {@link #train} while it trains is an
 * {@link IllegalStateException}. Any thread may {@link #close} it, which asks the run to stop and
 * waits for its checkpoint; after that everything is an {@link IllegalStateException}. What a run
 * holds is given back at its end, so that a stopped run can be resumed with the same object, and
 * any number of objects can train side by side.
 *
 * <pre>{@code
 * try (Fettle fettle = Fettle.open(Path.of("run.yaml"))) {
 *   TrainingReport report = fettle.train();
 *   System.out.println(report.loss() + ", model in " + report.model().orElseThrow());
 * }
 * }</pre>
 */
public final class Fettle implements AutoCloseable {
  private final Optional<Injector> application;
  private final RunConfig config;
  private final RunOptions options;
  private final ReentrantLock running = new ReentrantLock(true);
  private volatile boolean closed;

  private Fettle(Optional<Injector> application, RunConfig config, RunOptions options) {
    this.application = application;
    this.config = config;
    BooleanSupplier asked = options.stopRequested();
    this.options = options.stoppingWhen(() -> closed || asked.getAsBoolean());
  }

  /**
   * Opens a run of a configuration file; nothing is shown.
   *
   * @throws dev.fettle.settings.ConfigException with everything that is wrong
   */
  public static Fettle open(Path config) {
    return open(ConfigReader.read(config), RunOptions.quiet());
  }

  /** Opens a run. Nothing is read before {@link #train}. */
  public static Fettle open(RunConfig config, RunOptions options) {
    Backends.discover().provider(config.backend().id());
    return new Fettle(Optional.empty(), config, options);
  }

  /** Opens a run whose graph may use what an application binds. */
  static Fettle within(Injector application, RunConfig config, RunOptions options) {
    Backends.discover().provider(config.backend().id());
    return new Fettle(Optional.of(application), config, options);
  }

  /**
   * Trains a new run. An interrupt of the thread is a request to stop: the step is finished, a
   * checkpoint written, and the thread still interrupted when this returns. Whatever a listener
   * throws comes out of here, after a checkpoint.
   *
   * @throws dev.fettle.settings.ConfigException if its directory holds a run already
   * @throws dev.fettle.data.read.DataException where rows cannot be used
   * @throws dev.fettle.models.config.ModelFileException if the model cannot be read or written
   * @throws dev.fettle.train.DivergenceException if the loss leaves the finite numbers; a
   *     checkpoint of the step before is written
   * @throws IllegalStateException if it is training already, or closed
   */
  public TrainingReport train() {
    return run(false);
  }

  /**
   * Goes on with a run from its newest whole checkpoint, or begins it where there is none. On the
   * CPU the result is bit for bit that of a run never interrupted.
   *
   * @throws dev.fettle.checkpoint.CheckpointException if the checkpoints are damaged or of another
   *     model
   */
  public TrainingReport resume() {
    return run(true);
  }

  /**
   * Finds out what {@link #train} would do: reads model and rows, plans the steps, trains nothing
   * and writes nothing but the tokenised rows, which the run then finds.
   *
   * @throws dev.fettle.settings.ConfigException if settings do not fit together, or the model
   * @throws dev.fettle.data.read.DataException where rows cannot be used
   * @throws dev.fettle.models.config.ModelFileException if the model cannot be read, or its weights
   *     do not fit
   */
  public RunPlan plan() {
    requireOpen();
    try (Wiring wiring = new Wiring(List.of(new RunModule(config, options)))) {
      return Planning.of(wiring);
    }
  }

  private TrainingReport run(boolean resume) {
    requireOpen();
    if (running.isHeldByCurrentThread() || !running.tryLock()) {
      throw new IllegalStateException(
          "this run is training already; wait for its end, or open another one");
    }
    try {
      requireOpen();
      return runAlone(resume);
    } finally {
      running.unlock();
    }
  }

  private TrainingReport runAlone(boolean resume) {
    RunDirectory directory = new RunDirectory(config.run().directory());
    directory.check(resume, options.goingOn());
    // Each call opens what it needs: a resumed run must not find what an earlier one left.
    try (Wiring wiring = new Wiring(application, List.of(new RunModule(config, options)))) {
      TrainingRun<?> run = TrainingRun.of(wiring);
      if (options.stopRequested().getAsBoolean()) {
        return directory.stoppedEarly(Ending.STOP_REQUESTED);
      }
      TrainingReport report = run.run(resume);
      if (report.outcome() != TrainingReport.Outcome.STOPPED) {
        Audit.ofFinished(directory);
      }
      return report;
    } catch (RuntimeException e) {
      if (e instanceof CancellationException && options.stopRequested().getAsBoolean()) {
        return directory.stoppedEarly(Ending.STOP_REQUESTED);
      }
      if (!Uninterrupted.isInterrupt(e)) {
        throw e;
      }
      // While it was being opened: there is nothing to save yet.
      Thread.currentThread().interrupt();
      return directory.stoppedEarly(Ending.INTERRUPTED);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this run is closed; open it again");
    }
  }

  /**
   * Reads the rows of a run as it would, and shows them: tokens with their targets, counts,
   * lengths, drops by reason. No weights are read, and no backend is needed.
   *
   * @throws dev.fettle.data.read.DataException where rows cannot be used or written
   */
  public static RowsReport rows(RunConfig config, RowsRequest request) {
    return RowsInspection.of(config, RunOptions.quiet(), request);
  }

  /** Continues a prompt with a model, to the end of the text unless the options say otherwise. */
  public static String generate(
      Path model, BackendSettings backend, String prompt, SamplingOptions sampling) {
    try (LoadedModel loaded = LoadedModel.open(model, backend)) {
      return loaded.generate(prompt, sampling);
    }
  }

  /** Scores the rows of a file with a model. */
  public static ScoreReport score(Path model, BackendSettings backend, Path rows) {
    try (LoadedModel loaded = LoadedModel.open(model, backend)) {
      return loaded.score(DataSettings.of(rows), LossOn.AUTO);
    }
  }

  /**
   * Labels the answers of a configuration file's rows by a judge, into pairs to train on, or goes
   * on with that.
   *
   * @throws dev.fettle.settings.ConfigException with everything that is wrong
   * @throws dev.fettle.feedback.FeedbackException if the judge cannot be asked any more
   */
  public static FeedbackReport label(Path config) {
    return Feedback.label(LabelConfig.read(config, List.of()), FeedbackWatch.NONE).report();
  }

  /** The same by letting a model criticise and revise the answers. */
  public static FeedbackReport revise(Path config) {
    return Feedback.revise(ReviseConfig.read(config, List.of()), FeedbackWatch.NONE).report();
  }

  /**
   * Makes a fresh model directory.
   *
   * @throws dev.fettle.settings.ConfigException if the sizes do not fit together
   */
  public static void initModel(NewModel request, Path directory) {
    request.write(directory);
  }

  /**
   * Works an adapter into a model's weights, each tensor of the type it has in the model.
   *
   * @throws dev.fettle.settings.ConfigException if {@code out} is there already
   * @throws dev.fettle.models.config.ModelFileException if model or adapter cannot be read, or do
   *     not fit together
   */
  public static void merge(Path model, Path adapter, Path out) {
    merge(model, adapter, out, SaveAs.SOURCE);
  }

  /** The same with weights of another type. */
  public static void merge(Path model, Path adapter, Path out, SaveAs saveAs) {
    new MergedModel(model, adapter, saveAs).write(out);
  }

  /** The GPUs of this machine that a program can use. */
  public static Gpus gpus() {
    return Gpus.of(Host.here());
  }

  /**
   * Looks at a run after the fact: how far it went from its reference, what became of its rewards,
   * and whether a held-out judge agrees. Nothing is written; {@link AuditReport#write} does that.
   *
   * @param run its directory, of a run that is finished or not
   * @throws dev.fettle.data.read.DataException if what the run logged is absent, empty or damaged
   */
  public static AuditReport audit(Path run) {
    return audit(run, AuditLimits.DEFAULT);
  }

  /** The same, held against limits of one's own. */
  public static AuditReport audit(Path run, AuditLimits limits) {
    return Audit.of(run, limits);
  }

  /** What each backend on the class path can do here, on the CPU and on each GPU. */
  public static List<BackendCheckup> doctor() {
    Gpus machine = gpus();
    return Backends.discover().providers().stream()
        .map(provider -> BackendCheckup.of(provider, machine))
        .toList();
  }

  /**
   * Asks a run that is going on to stop, and waits until it has written its checkpoint; from one of
   * its own listeners it does not wait.
   */
  @Override
  public void close() {
    closed = true;
    if (running.isHeldByCurrentThread()) {
      return;
    }
    running.lock();
    try {
      // The run, if there was one, has given everything back.
      closed = true;
    } finally {
      running.unlock();
    }
  }
}
