package dev.fettle.harness.run;

import dev.fettle.files.AtomicFile;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.ConfigWriter;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
 * checkpoints/    step-NNNNNN/
 * final/          the trained model, a Hugging Face directory
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
   * @throws ConfigException if there is a run already and it is not to be resumed
   */
  public void check(boolean resume) {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw ConfigException.about("run.name", path + " is a file; choose another name");
    }
    if (!resume && holdsRun()) {
      throw ConfigException.about(
          "run.name",
          path
              + " holds a run already; go on with it by Fettle.resume() (on the command line:"
              + " --resume), or choose another run.name");
    }
  }

  /** Rows are tokenised before a run begins; they alone are none. */
  private boolean holdsRun() {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.anyMatch(entry -> !entry.equals(cache()));
    } catch (IOException e) {
      throw ConfigException.about("run.out", path + " cannot be read: " + e);
    }
  }

  /** Makes the directory and writes the configuration; says what changed since the run began. */
  void begin(RunConfig run) {
    String text = ConfigWriter.yaml(run);
    try {
      Files.createDirectories(path);
      if (Files.exists(config())) {
        reportChanges(run);
      }
      AtomicFile.write(config(), text);
    } catch (IOException e) {
      throw ConfigException.about(
          "run.out", path + " cannot be written: " + e + "; choose another directory");
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
