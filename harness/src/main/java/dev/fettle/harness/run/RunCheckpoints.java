package dev.fettle.harness.run;

import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.checkpoint.CheckpointContent;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.checkpoint.Provenance;
import dev.fettle.checkpoint.TrainerState;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.PolicyFiles;
import dev.fettle.train.Checkpointer;
import dev.fettle.train.Evaluations.Best;
import dev.fettle.train.Progress;
import dev.fettle.train.Watch;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** What a run saves in its checkpoints, and which of them is its newest. */
final class RunCheckpoints implements Checkpointer {
  private final CheckpointStore store;
  private final RunConfig config;
  private final PolicyFiles files;
  private final CheckpointTensors optimizer;
  private final Provenance provenance;
  private Optional<Path> newest = Optional.empty();

  RunCheckpoints(
      CheckpointStore store,
      RunConfig config,
      PolicyFiles files,
      CheckpointTensors optimizer,
      Provenance provenance) {
    this.store = store;
    this.config = config;
    this.files = files;
    this.optimizer = optimizer;
    this.provenance = provenance;
  }

  /** Puts the newest back into the run's state; empty if there is none. */
  Optional<TrainerState> restore() {
    Optional<Checkpoint> found = store.newest();
    found.ifPresent(c -> c.restore(files.checkpoint().weights(), optimizer));
    newest = found.map(Checkpoint::path);
    return found.map(Checkpoint::trainer);
  }

  @Override
  public void save(Progress progress) {
    TrainerState trainer = new TrainerState(progress, config.run().seed());
    CheckpointContent content =
        new CheckpointContent(trainer, provenance, files.checkpoint(), optimizer);
    newest = Optional.of(store.write(content, keptBeside(progress)));
  }

  private OptionalLong keptBeside(Progress progress) {
    Best best = progress.evaluations().best();
    boolean keep = config.train().watch().map(Watch::keepBest).orElse(false);
    return keep && best != null ? OptionalLong.of(best.step()) : OptionalLong.empty();
  }

  /** The directory of the newest. */
  Optional<Path> newest() {
    return newest;
  }

  /**
   * The checkpoint that {@code final/} is made of.
   *
   * @throws dev.fettle.checkpoint.CheckpointException if it cannot be read
   */
  Checkpoint ofFinal(Progress reached) {
    Best best = reached.evaluations().best();
    return store.at(best != null && config.train().bestIsFinal() ? best.step() : reached.step());
  }

  /** Puts the parameters of one into the run's state; its training is over then. */
  void recall(Checkpoint checkpoint) {
    checkpoint.restore(files.checkpoint().weights());
  }
}
