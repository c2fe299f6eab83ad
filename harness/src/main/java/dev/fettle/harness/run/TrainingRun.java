package dev.fettle.harness.run;

import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.checkpoint.CheckpointContent;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.checkpoint.Provenance;
import dev.fettle.checkpoint.TrainerState;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.harness.config.ConfigWriter;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.FinalModel;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.run.TrainingReport.Outcome;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.optim.Schedule;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendProvider;
import dev.fettle.train.Checkpointer;
import dev.fettle.train.LoopOptions;
import dev.fettle.train.Policy;
import dev.fettle.train.Progress;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.TrainingListener;
import dev.fettle.train.TrainingLoop;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One training run: begins or goes on, trains, and writes the finished model. */
public final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  /**
   * What a run is made of, in the order in which it is made: what fails fast comes first.
   *
   * @param config what to do
   * @param options how to carry it out
   * @param directory where to write
   * @param files the model directory
   * @param provider where the backend comes from
   * @param backend computes
   * @param rows reads rows
   * @param data the rows
   * @param policy the model on the backend
   * @param stepper takes steps
   * @param source gives batches
   */
  public record Parts(
      RunConfig config,
      RunOptions options,
      RunDirectory directory,
      ModelFiles files,
      BackendProvider provider,
      Backend backend,
      RowLoading rows,
      RunData data,
      Policy policy,
      Stepper<MicroBatch> stepper,
      BatchSource source) {
    @Inject
    public Parts {}
  }

  private final Parts parts;
  private final RunConfig config;
  private final RunDirectory directory;
  private final long steps;

  @Inject
  TrainingRun(Parts parts) {
    this.parts = parts;
    this.config = parts.config();
    this.directory = parts.directory();
    this.steps = config.train().totalSteps(parts.source().stepsPerEpoch());
  }

  /** Trains to the end, or until asked to stop. */
  public TrainingReport run(boolean resume) {
    directory.begin(config);
    try (CheckpointStore store =
        CheckpointStore.open(directory.checkpoints(), config.train().keep())) {
      Progress from = resume ? restored(store) : beginning();
      LOG.info("{}", summary(from));
      if (from.step() >= steps) {
        return finishedBefore(from);
      }
      return train(store, from);
    }
  }

  private Progress beginning() {
    return new Progress(0, parts.source().cursor(), 0);
  }

  private Progress restored(CheckpointStore store) {
    Optional<Checkpoint> newest = store.newest();
    if (newest.isEmpty()) {
      LOG.info("{}: no checkpoint yet; starting from the beginning", directory.path());
      return beginning();
    }
    newest.get().restore(parameters(), moments());
    Progress progress = newest.get().trainer().progress();
    parts.source().seek(progress.cursor());
    return progress;
  }

  private String summary(Progress from) {
    return String.format(
        "%s: %,d parameters on %s %s (%s), %s %d steps of %d rows%s",
        parts.files().config().model().modelType(),
        parts.policy().parts().elements(),
        parts.provider().id(),
        parts.provider().version(),
        parts.backend().device(),
        from.step() > 0 ? "going on after step " + from.step() + " of" : "training",
        steps,
        config.train().batchSize(),
        parts.data().train().withoutTarget() > 0
            ? "; " + parts.data().train().withoutTarget() + " packed rows have no target"
            : "");
  }

  private TrainingReport finishedBefore(Progress from) {
    if (!Files.isDirectory(directory.finalModel())) {
      writeFinal();
    }
    return report(Outcome.FINISHED_BEFORE, from, from, Optional.empty());
  }

  private TrainingReport train(CheckpointStore store, Progress from) {
    try (RunSinks sinks = RunSinks.open(config, parts.options().terminal(), from.step(), steps)) {
      MetricsListener metrics = new MetricsListener(sinks.all(), config.train().logEvery(), steps);
      List<TrainingListener> listeners = new ArrayList<>(List.of(metrics));
      listeners.addAll(parts.options().listeners());
      TrainingLoop loop =
          new TrainingLoop(
              new TrainingLoop.Parts(
                  parts.stepper(),
                  parts.source(),
                  this::learningRate,
                  evaluation(),
                  checkpointer(store),
                  parts.options().stopRequested()),
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
        parts.stepper().compileMillis());
  }

  private double learningRate(long step) {
    Schedule schedule = config.optimizer().schedule().toSchedule();
    return schedule.learningRate(step, config.optimizer().learningRate(), steps);
  }

  private Optional<Supplier<StepResult>> evaluation() {
    List<MicroBatch> portions = parts.data().evaluation();
    return portions.isEmpty()
        ? Optional.empty()
        : Optional.of(() -> parts.stepper().evaluate(portions));
  }

  private Checkpointer checkpointer(CheckpointStore store) {
    List<Path> files = new ArrayList<>(config.data().train());
    files.addAll(config.data().eval());
    Provenance provenance =
        Provenance.gather(
            parts.provider().id(), parts.provider().version(), ConfigWriter.yaml(config), files);
    return progress ->
        store.write(
            new CheckpointContent(
                TrainerState.of(progress, config.run().seed()),
                provenance,
                parameters(),
                moments()));
  }

  private CheckpointTensors parameters() {
    return CheckpointTensors.of(
        parts.policy().state(),
        parts.policy().parts().parameters().stream().map(ParameterSpec::slot).toList(),
        Slots.parameter(""));
  }

  private CheckpointTensors moments() {
    return CheckpointTensors.of(parts.policy().state(), parts.stepper().optimizerSlots());
  }

  private void writeFinal() {
    ModelFiles files = parts.files();
    FinalModel model =
        new FinalModel(
            files.config(),
            files.tokenizer(),
            parts.rows().chatTemplate(),
            Optional.of(files.directory()));
    model.write(
        directory.finalModel(), parts.policy().parts().parameters(), parts.policy()::parameter);
  }
}
