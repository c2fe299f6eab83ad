package dev.fettle.harness.run;

import com.google.inject.Key;
import dev.fettle.algorithm.Training;
import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.checkpoint.CheckpointContent;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.checkpoint.Provenance;
import dev.fettle.checkpoint.TrainerState;
import dev.fettle.harness.config.ConfigWriter;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.doctor.PrecisionAdvice;
import dev.fettle.harness.model.Dropout;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.model.PolicyPlan;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.harness.wiring.Resources;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.ModelParts;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.optim.Schedule;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Checkpointer;
import dev.fettle.train.LoopOptions;
import dev.fettle.train.Policy;
import dev.fettle.train.Progress;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import dev.fettle.train.TrainingListener;
import dev.fettle.train.TrainingLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One training run: begins or goes on, trains, and writes the finished model.
 *
 * @param <B> the micro-batch of what is trained
 */
public final class TrainingRun<B> {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final RunConfig config;
  private final RunOptions options;
  private final RunDirectory directory;
  private final ModelFiles files;
  private final RowLoading rows;
  private final BackendProvider provider;
  private final ProgramCache programs;
  private final Training<B> training;
  private final PolicyPlan plan;
  private final Policy policy;
  private final Stepper<B> stepper;
  private final RunWarnings warnings;
  private final long steps;

  /** Opens what a run needs; what fails fast comes first, the weights last. */
  private TrainingRun(Wiring wiring, Training<B> training) {
    Resources resources = wiring.get(Resources.class);
    this.config = wiring.get(RunConfig.class);
    this.options = wiring.get(RunOptions.class);
    this.directory = new RunDirectory(config.run().directory());
    this.files = wiring.get(ModelFiles.class);
    this.rows = wiring.get(RowLoading.class);
    this.warnings = wiring.get(RunWarnings.class);
    this.provider = wiring.get(BackendProvider.class);
    this.programs = wiring.get(ProgramCache.class);
    this.training = training;
    resources.own(training.source());
    this.plan = wiring.get(PolicyPlan.class);
    this.policy = wiring.get(Policy.class);
    StepperOptions stepping =
        StepperOptions.of(config.optimizer().toOptimizer(), config.optimizer().clipNorm());
    this.stepper = resources.own(new Stepper<>(policy, training.objective(), stepping, programs));
    this.steps = config.train().totalSteps(training.source().stepsPerEpoch());
  }

  /** The run that a graph describes. */
  public static TrainingRun<?> of(Wiring wiring) {
    // An adapter that does not fit is found before rows are read, which may take long.
    wiring.get(PolicyPlan.class);
    wiring.get(Backend.class);
    return of(wiring, wiring.get(new Key<Training<?>>() {}));
  }

  private static <B> TrainingRun<B> of(Wiring wiring, Training<B> training) {
    return new TrainingRun<>(wiring, training);
  }

  /** Trains to the end, or until asked to stop. */
  public TrainingReport run(boolean resume) {
    directory.begin(config);
    try (CheckpointStore store =
        CheckpointStore.open(directory.checkpoints(), config.train().keep())) {
      Progress from = resume ? restored(store) : beginning();
      LOG.info("{}", summary(from));
      PrecisionAdvice.on(policy.backend(), config.model().precision()).ifPresent(warnings::add);
      warnings.addAll(Dropout.notApplied(plan));
      if (from.step() >= steps) {
        return finishedBefore(from);
      }
      return train(store, from);
    }
  }

  private Progress beginning() {
    return new Progress(0, training.source().cursor(), 0);
  }

  private Progress restored(CheckpointStore store) {
    Optional<Checkpoint> newest = store.newest();
    if (newest.isEmpty()) {
      LOG.info("{}: no checkpoint yet; starting from the beginning", directory.path());
      return beginning();
    }
    newest.get().restore(parameters(), moments());
    Progress progress = newest.get().trainer().progress();
    training.source().seek(progress.cursor());
    return progress;
  }

  private String summary(Progress from) {
    long trained = ModelParts.elements(policy.trainables());
    return String.format(
        "%s: %,d parameters%s on %s %s (%s), %s %d steps of %d rows%s",
        files.config().model().modelType(),
        policy.parts().elements(),
        trained < policy.parts().elements() ? String.format(", %,d of them trained,", trained) : "",
        provider.id(),
        provider.version(),
        policy.backend().device(),
        from.step() > 0 ? "going on after step " + from.step() + " of" : "training",
        steps,
        config.train().batchSize(),
        training.notes().stream().map(n -> "; " + n).collect(Collectors.joining()));
  }

  private TrainingReport finishedBefore(Progress from) {
    if (!Files.isDirectory(directory.finalModel())) {
      writeFinal();
    }
    return report(Outcome.FINISHED_BEFORE, from, from, Optional.empty());
  }

  private TrainingReport train(CheckpointStore store, Progress from) {
    try (RunSinks sinks = RunSinks.open(config, options.terminal(), from.step(), steps)) {
      MetricsListener metrics = new MetricsListener(sinks.all(), config.train().logEvery(), steps);
      List<TrainingListener> listeners = new ArrayList<>(List.of(metrics));
      listeners.addAll(training.listeners());
      listeners.addAll(options.listeners());
      TrainingLoop<B> loop =
          new TrainingLoop<>(
              new TrainingLoop.Work<>(
                  stepper,
                  training.source(),
                  this::learningRate,
                  evaluation(),
                  checkpointer(store),
                  options.stopRequested()),
              new LoopOptions(steps, config.train().evalEvery(), config.train().checkpointEvery()),
              listeners);
      Progress reached = loop.run(from);
      boolean stopped = reached.step() < steps;
      if (!stopped) {
        writeFinal();
      }
      Outcome outcome = stopped ? Outcome.STOPPED : Outcome.FINISHED;
      return report(outcome, from, reached, Optional.of(metrics));
    }
  }

  private TrainingReport report(
      Outcome outcome, Progress from, Progress reached, Optional<MetricsListener> metrics) {
    return new TrainingReport(
        directory,
        outcome,
        from.step(),
        reached.step(),
        steps,
        metrics.map(MetricsListener::lastStep).orElse(Map.of()),
        metrics.map(MetricsListener::lastEvaluation).orElse(Map.of()),
        programs.compileMillis(),
        rows.reports(),
        warnings.all());
  }

  private double learningRate(long step) {
    Schedule schedule = config.optimizer().schedule().toSchedule();
    return schedule.learningRate(step, config.optimizer().learningRate(), steps);
  }

  private Optional<Supplier<StepResult>> evaluation() {
    return training.evaluation().map(evaluation -> () -> evaluation.apply(stepper));
  }

  private Checkpointer checkpointer(CheckpointStore store) {
    List<Path> files = new ArrayList<>(config.data().train());
    files.addAll(config.data().eval());
    Provenance provenance =
        Provenance.gather(provider.id(), provider.version(), ConfigWriter.yaml(config), files);
    return progress ->
        store.write(
            new CheckpointContent(
                new TrainerState(progress, config.run().seed()),
                provenance,
                parameters(),
                moments()));
  }

  private CheckpointTensors parameters() {
    return CheckpointTensors.of(
        policy.state(),
        policy.trainables().stream().map(ParameterSpec::slot).toList(),
        Slots.parameter(""));
  }

  private CheckpointTensors moments() {
    return CheckpointTensors.of(policy.state(), stepper.optimizerSlots());
  }

  private void writeFinal() {
    plan.write(directory.finalModel(), policy, rows.chatTemplate());
  }
}
