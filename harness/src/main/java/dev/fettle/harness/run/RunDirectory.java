package dev.fettle.harness.run;

import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.ConfigWriter;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.settings.ConfigException;
import dev.fettle.train.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a run keeps what it writes.
 *
 * <pre>
 * config.yaml     the effective configuration
 * metrics.jsonl   one line for each logged step
 * tensorboard/    event files, if asked for
 * cache/          tokenised rows, found again by a resumed run; may be deleted
 * checkpoints/    step-NNNNNN/, each a Hugging Face directory too
 * final/          the trained model, a Hugging Face directory
 * README.md       the model's card, as in final/
 * audit.html      what became of rewards, of runs that learn from them; audit.json too
 * </pre>
 *
 * @param path the directory
 */
public record RunDirectory(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(RunDirectory.class);

  /** The effective configuration. */
  public Path config() {
    return path.resolve("config.yaml");
  }

  /** The metrics of each logged step. */
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** Event files. */
  public Path tensorboard() {
    return path.resolve("tensorboard");
  }

  /** Tokenised rows. */
  public Path cache() {
    return path.resolve("cache");
  }

  /** Checkpoints. */
  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  /** The trained model. */
  public Path finalModel() {
    return path.resolve("final");
  }

  /**
   * Checks, before anything is read, that a run may begin or go on here.
   *
   * @param goingOn how the user goes on with a run, for the message
   * @throws ConfigException if there is a run already and it is not to be resumed
   */
  public void check(boolean resume, String goingOn) {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw ConfigException.about("run.name", path + " is a file; choose another name");
    }
    if (!resume && holdsRun()) {
      throw taken(goingOn);
    }
  }

  private ConfigException taken(String goingOn) {
    return ConfigException.about(
        "run.name",
        path
            + " holds a run already; "
            + goingOn
            + " to go on with it, or choose another run.name");
  }

  /** The run whose finished model is here; empty where it is unfinished, or half gone. */
  public Optional<FinishedRun> finished() {
    return new FinalDirectory(finalModel())
        .whole()
        .map(
            content -> {
              LoggedMetrics last = LoggedMetrics.read(metrics());
              return new FinishedRun(
                  content.checkpoint(),
                  content.configSha256(),
                  content.step(),
                  content.steps(),
                  last.step(),
                  last.evaluation());
            });
  }

  /** Whether a run has begun here; rows that are tokenised before it begins are none. */
  public boolean hasBegun() {
    return holdsRun();
  }

  /** The report of a run stopped before its first step: what there was before is as it was. */
  public TrainingReport stoppedEarly(Ending ending) {
    List<Path> all = CheckpointStore.list(checkpoints());
    Optional<Path> newest = all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    long step = newest.map(CheckpointStore::stepOf).orElse(0L);
    return TrainingReport.stoppedEarly(this, ending, step, newest);
  }

  /** Rows are tokenised before a run begins; they alone are none. */
  private boolean holdsRun() {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.anyMatch(entry -> !entry.equals(cache()));
    } catch (IOException e) {
      throw ConfigException.about("run.out", path + " cannot be read: " + FileErrors.reason(e));
    }
  }

  /**
   * Makes the directory and writes the configuration; says what changed since the run began.
   *
   * @throws ConfigException if a run has begun here since {@link #check}, and it is not to be
   *     resumed
   */
  void begin(RunConfig run, boolean resume, String goingOn) {
    if (!resume && Files.exists(config())) {
      throw taken(goingOn);
    }
    String text = ConfigWriter.yaml(run);
    try {
      Files.createDirectories(path);
      if (Files.exists(config())) {
        reportChanges(run);
      }
      AtomicFile.write(config(), text);
    } catch (IOException e) {
      throw ConfigException.about(
          "run.out",
          path + " cannot be written: " + FileErrors.reason(e) + "; choose another directory");
    }
  }

  /** Writes the model's card beside {@code final/}, where it is no loss if it cannot be. */
  void describe(ModelCard card) {
    try {
      card.write(path);
    } catch (IOException e) {
      LOG.warn("{}: the model's card cannot be written: {}", path, FileErrors.reason(e));
    }
  }

  private void reportChanges(RunConfig now) {
    try {
      List<String> changes = ConfigWriter.differences(ConfigReader.read(config()), now);
      if (!changes.isEmpty()) {
        LOG.warn("settings differ from those the run began with: {}", String.join(", ", changes));
      }
    } catch (ConfigException e) {
      LOG.warn("the earlier settings cannot be read: {}", e.getMessage());
    }
  }
}
