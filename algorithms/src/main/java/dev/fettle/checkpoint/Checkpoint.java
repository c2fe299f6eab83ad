package dev.fettle.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fettle.files.FileErrors;
import dev.fettle.files.SmallFile;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import dev.fettle.train.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A checkpoint whose every file was found to be as it was written.
 *
 * @param path its directory, which loads as a model too
 * @param modelFile the model's weights, a safetensors file
 * @param trainer the run's own state
 * @param provenance where it comes from
 */
public record Checkpoint(Path path, Path modelFile, TrainerState trainer, Provenance provenance) {

  /**
   * Reads and verifies the checkpoint in a directory.
   *
   * @throws CheckpointException naming the file that is missing or damaged
   */
  public static Checkpoint open(Path dir) {
    Manifest manifest = Manifest.read(dir);
    manifest.verify(dir);
    TrainerState trainer = json(dir.resolve(Manifest.TRAINER), TrainerState.class);
    if (trainer.step() != manifest.step()) {
      throw new CheckpointException(
          dir.resolve(Manifest.NAME)
              + " says step "
              + manifest.step()
              + ", trainer.json step "
              + trainer.step());
    }
    return new Checkpoint(
        dir,
        dir.resolve(manifest.model()),
        trainer,
        json(dir.resolve(Manifest.PROVENANCE), Provenance.class));
  }

  /**
   * Finds what a user means by {@code --resume PATH}: a checkpoint, a directory of checkpoints, or
   * a run's directory; in the latter two the newest one that can be read.
   *
   * @throws CheckpointException if there is none, or the one named is damaged
   */
  public static Checkpoint find(Path path) {
    if (Files.exists(path.resolve(Manifest.NAME))) {
      return open(path);
    }
    for (Path dir : new Path[] {path.resolve("checkpoints"), path}) {
      if (!CheckpointStore.list(dir).isEmpty()) {
        return CheckpointStore.newest(dir).orElseThrow();
      }
    }
    throw new CheckpointException(
        path
            + ": no checkpoint here; name a step-NNNNNN directory, a directory of them, or the"
            + " directory of a run");
  }

  /** Optimizer steps taken. */
  public long step() {
    return trainer.step();
  }

  /**
   * How far a run had come at a checkpoint.
   *
   * @param dir of a checkpoint, of which nothing else is read
   * @throws CheckpointException if it cannot be read
   */
  public static Progress progress(Path dir) {
    return json(dir.resolve(Manifest.TRAINER), TrainerState.class).progress();
  }

  /**
   * What tells this checkpoint from every other, of the same step too: the sum of its manifest,
   * which holds the sums of its files.
   *
   * @param dir of a checkpoint, of which nothing else is read
   * @throws CheckpointException if it cannot be read
   */
  public static String identity(Path dir) {
    Path manifest = dir.resolve(Manifest.NAME);
    try {
      return Sha256.of(Files.readAllBytes(manifest));
    } catch (IOException e) {
      throw new CheckpointException(manifest + " cannot be read: " + FileErrors.reason(e), e);
    }
  }

  /**
   * Puts the saved tensors back, one at a time. Names, types and sizes are compared first, so a
   * checkpoint of another model changes nothing.
   *
   * @throws CheckpointException naming the tensors that do not fit
   */
  public void restore(CheckpointTensors parameters, CheckpointTensors optimizer) {
    Path moments = path.resolve(Manifest.OPTIMIZER);
    try (WeightSource model = WeightSource.open(modelFile);
        WeightSource kept = WeightSource.open(moments)) {
      check(model, parameters);
      check(kept, optimizer);
      upload(model, parameters);
      upload(kept, optimizer);
    } catch (ModelFileException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Puts the saved parameters back and nothing else, for a model that is only to be written.
   *
   * @throws CheckpointException naming the tensors that do not fit
   */
  public void restore(CheckpointTensors parameters) {
    try (WeightSource model = WeightSource.open(modelFile)) {
      check(model, parameters);
      upload(model, parameters);
    } catch (ModelFileException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void check(WeightSource file, CheckpointTensors wanted) {
    Set<String> unused = new LinkedHashSet<>(file.names());
    for (Slot slot : wanted.slots()) {
      if (!unused.remove(slot.name())) {
        throw misfit(file, "has no tensor '" + slot.name() + "', which this run needs");
      }
      long[] sizes = file.shape(slot.name());
      if (file.dtype(slot.name()) != slot.type().dtype()
          || !Arrays.equals(sizes, slot.type().shape().sizes())) {
        throw misfit(
            file,
            "holds '"
                + slot.name()
                + "' as "
                + file.dtype(slot.name())
                + Arrays.toString(sizes)
                + ", this run has "
                + slot.type());
      }
    }
    if (!unused.isEmpty()) {
      throw misfit(file, "holds '" + unused.iterator().next() + "', which this run does not have");
    }
  }

  private static CheckpointException misfit(WeightSource file, String what) {
    return new CheckpointException(
        file.location()
            + " "
            + what
            + ": the checkpoint comes from another model or optimizer; resume with the config it"
            + " was made with, or start a new run");
  }

  private static void upload(WeightSource from, CheckpointTensors to) {
    for (Slot slot : to.slots()) {
      if (Pieces.pays(slot.type())) {
        for (Pieces piece : Pieces.of(slot.type())) {
          HostTensor part = from.readPart(slot.name(), slot.type().dtype(), piece);
          to.upload(slot.name(), piece.from(), part);
        }
      } else {
        to.upload(slot.name(), from.read(slot.name()));
      }
    }
  }

  private static <T> T json(Path file, Class<T> type) {
    try {
      return Manifest.JSON.readValue(SmallFile.bytes(file, Manifest.LARGEST), type);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          file + " is not of this version: " + FileErrors.parserFault(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new CheckpointException(file + " cannot be read: " + FileErrors.reason(e), e);
    }
  }
}
