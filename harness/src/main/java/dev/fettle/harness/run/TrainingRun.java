package dev.fettle.harness.run;

import com.google.inject.Key;
import dev.fettle.algorithm.FinishedHeads;
import dev.fettle.algorithm.Training;
import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.checkpoint.Provenance;
import dev.fettle.checkpoint.TrainerState;
import dev.fettle.files.Uninterrupted;
import dev.fettle.harness.config.ConfigWriter;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.doctor.PrecisionAdvice;
import dev.fettle.harness.model.Dropout;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.model.PolicyFiles;
import dev.fettle.harness.model.PolicyPlan;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.harness.wiring.Resources;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.models.ModelParts;
import dev.fettle.optim.Schedule;
import dev.fettle.settings.ConfigException;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Ending;
import dev.fettle.train.LoopOptions;
import dev.fettle.train.Policy;
import dev.fettle.train.Progress;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import dev.fettle.train.TrainingListener;
import dev.fettle.train.TrainingLoop;
import dev.fettle.train.TrainingLoop.Reached;
import dev.fettle.train.Watch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  private final FinishedHeads heads;
  private final Policy policy;
  private final PolicyFiles modelFiles;
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
    this.heads = wiring.get(FinishedHeads.class);
    this.policy = wiring.get(Policy.class);
    this.modelFiles = new PolicyFiles(plan, policy, rows.chatTemplate());
    StepperOptions stepping =
        StepperOptions.of(config.optimizer().toOptimizer(), config.optimizer().clipNorm())
            .with(training.hook())
            .at(training.rates().against(config.optimizer().learningRate()))
            .stoppingWhen(options.stopRequested());
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

  /**
   * Trains to the end, or until asked to stop.
   *
   * @throws dev.fettle.settings.ConfigException if there is a run already and it is not to be
   *     resumed
   * @throws dev.fettle.checkpoint.CheckpointException if another run is writing there; nothing is
   *     changed then
   */
  public TrainingReport run(boolean resume) {
    // The lock comes first: a run that is refused has overwritten nothing of the other.
    try (CheckpointStore store =
        CheckpointStore.open(directory.checkpoints(), config.train().keep())) {
      directory.begin(config, resume, options.goingOn());
      RunCheckpoints checkpoints = checkpoints(store);
      Optional<TrainerState> saved = resume ? restored(checkpoints) : Optional.empty();
      Progress from = saved.map(TrainerState::progress).orElseGet(this::beginning);
      LOG.info("{}", summary(from));
      PrecisionAdvice.on(policy.backend(), config.model().precision()).ifPresent(warnings::add);
      warnings.addAll(Dropout.notApplied(plan));
      warnings.addAll(files.warnings());
      if (loopOptions().done(from, training.evaluation().isPresent())) {
        return finishedBefore(checkpoints, from);
      }
      return train(checkpoints, from, saved.isPresent());
    }
  }

  private RunCheckpoints checkpoints(CheckpointStore store) {
    Provenance provenance =
        Provenance.gather(
            provider.id(), provider.version(), ConfigWriter.yaml(config), rows.allFiles());
    CheckpointTensors moments = CheckpointTensors.of(policy.state(), stepper.optimizerSlots());
    return new RunCheckpoints(store, config, modelFiles, moments.and(training.kept()), provenance);
  }

  private LoopOptions loopOptions() {
    return config.train().loop(steps);
  }

  private Progress beginning() {
    return new Progress(0, training.source().cursor(), 0);
  }

  private Optional<TrainerState> restored(RunCheckpoints checkpoints) {
    Optional<TrainerState> saved = checkpoints.restore();
    if (saved.isEmpty()) {
      LOG.info("{}: no checkpoint yet; starting from the beginning", directory.path());
    }
    saved.ifPresent(s -> training.source().seek(s.progress().cursor()));
    return saved;
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

  private TrainingReport finishedBefore(RunCheckpoints checkpoints, Progress from) {
    writeFinal(checkpoints, from, LoggedMetrics.read(directory.metrics()));
    Ending ending = from.step() >= steps ? Ending.STEPS_TAKEN : Ending.NO_IMPROVEMENT;
    return report(
        Outcome.FINISHED_BEFORE,
        from,
        new Reached(from, ending),
        checkpoints.newest(),
        LoggedMetrics.NONE);
  }

  private TrainingReport train(RunCheckpoints checkpoints, Progress from, boolean resumed) {
    try (RunSinks sinks = RunSinks.open(config, options.terminal(), from.step(), steps, resumed)) {
      MetricsListener metrics = new MetricsListener(sinks.all(), config.train().logEvery(), steps);
      List<TrainingListener> listeners = new ArrayList<>(List.of(metrics));
      listeners.addAll(training.listeners());
      listeners.addAll(options.listeners());
      TrainingLoop.Work<B> work =
          new TrainingLoop.Work<>(
              stepper,
              training.source(),
              this::learningRate,
              evaluation(),
              checkpoints,
              options.stopRequested());
      Reached reached =
          unmasked(() -> new TrainingLoop<>(work, loopOptions(), listeners).run(from));
      if (reached.ending().finished()) {
        writeFinal(checkpoints, reached.progress(), metrics.last());
      }
      Outcome outcome = reached.ending().finished() ? Outcome.FINISHED : Outcome.STOPPED;
      return report(outcome, from, reached, checkpoints.newest(), metrics.last());
    }
  }

  /** A metric that no evaluation gives is a mistake in the configuration. */
  private static <T> T unmasked(Supplier<T> loop) {
    try {
      return loop.get();
    } catch (Watch.UnknownMetricException e) {
      throw ConfigException.about("train.keepBest.metric", String.valueOf(e.getMessage()));
    }
  }

  private TrainingReport report(
      Outcome outcome,
      Progress from,
      Reached reached,
      Optional<Path> checkpoint,
      LoggedMetrics metrics) {
    return new TrainingReport(
        directory,
        outcome,
        reached.ending(),
        from.step(),
        reached.progress().step(),
        steps,
        metrics.step(),
        metrics.evaluation(),
        Optional.ofNullable(reached.progress().evaluations().best()),
        checkpoint,
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

  /** Writes {@code final/}, unless what is there is the model of this very checkpoint. */
  private void writeFinal(RunCheckpoints checkpoints, Progress reached, LoggedMetrics metrics) {
    // Half of it would have to be written again.
    Uninterrupted.run(
        () -> {
          Checkpoint of = checkpoints.ofFinal(reached);
          FinalDirectory place = new FinalDirectory(directory.finalModel());
          FinalDirectory.Origin origin =
              new FinalDirectory.Origin(config.run().name(), steps, of, config.model().saveAs());
          if (place.holds(origin)) {
            return;
          }
          if (of.step() != reached.step()) {
            checkpoints.recall(of);
          }
          ModelCard card = new ModelCard(config, plan, of, reached, metrics);
          PolicyPlan finished = plan.with(heads.of().apply(policy, programs));
          new PolicyFiles(finished, policy, rows.chatTemplate())
              .write(
                  place.path(),
                  written -> {
                    card.write(written);
                    FinalDirectory.describe(written, origin);
                  });
          directory.describe(card);
        });
  }
}
