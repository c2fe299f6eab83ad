package dev.fettle.harness.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.files.AtomicFile;
import dev.fettle.files.FileErrors;
import dev.fettle.harness.config.SaveAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code final/}: it says which checkpoint it was made of ({@code fettle.json}), so that an older
 * model, or half of one, is never taken for the finished one.
 *
 * @param path the directory
 */
record FinalDirectory(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(FinalDirectory.class);
  private static final String RECORD = "fettle.json";
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * What is in it.
   *
   * @param format 1
   * @param run its name
   * @param step optimizer steps the model was trained for
   * @param steps those of the whole run
   * @param checkpoint {@link Checkpoint#identity} of the one it was made of
   * @param configSha256 of the run's configuration
   * @param saveAs the type of the weights
   * @param files all others in it
   */
  record Content(
      int format,
      String run,
      long step,
      long steps,
      String checkpoint,
      String configSha256,
      SaveAs saveAs,
      List<Size> files) {}

  /** A file and its size in bytes. */
  record Size(String name, long bytes) {}

  /**
   * What a model is of.
   *
   * @param run the run's name
   * @param steps the run's
   * @param checkpoint it is made of
   * @param saveAs the type of its weights
   */
  record Origin(String run, long steps, Checkpoint checkpoint, SaveAs saveAs) {

    private Content content(List<Size> files) {
      return new Content(
          FORMAT,
          run,
          checkpoint.step(),
          steps,
          Checkpoint.identity(checkpoint.path()),
          checkpoint.provenance().configSha256(),
          saveAs,
          files);
    }

    private boolean of(Content found) {
      return found.format() == FORMAT
          && found.step() == checkpoint.step()
          && found.checkpoint().equals(Checkpoint.identity(checkpoint.path()))
          && found.saveAs() == saveAs;
    }
  }

  /** Whether the model of this origin is here, every file of it. */
  boolean holds(Origin origin) {
    Optional<Content> found = read();
    return found.isPresent() && origin.of(found.get()) && isWhole(found.get());
  }

  /** What is in it; empty where there is nothing, or half of it. */
  Optional<Content> whole() {
    return read().filter(this::isWhole);
  }

  private Optional<Content> read() {
    Path file = path.resolve(RECORD);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), Content.class));
    } catch (JsonProcessingException e) {
      LOG.warn("{} is damaged; the model is written again", file);
    } catch (IOException e) {
      LOG.warn("{} cannot be read: {}; the model is written again", file, FileErrors.reason(e));
    }
    return Optional.empty();
  }

  private boolean isWhole(Content content) {
    for (Size size : content.files()) {
      Path file = path.resolve(size.name()).normalize();
      try {
        if (!file.startsWith(path.normalize()) || Files.size(file) != size.bytes()) {
          return false;
        }
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  /** Writes what is in a directory that is not in its place yet; the last file to be written. */
  static void describe(Path directory, Origin origin) throws IOException {
    List<Size> sizes = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        String name = directory.relativize(file).toString().replace('\\', '/');
        if (name.equals(ModelCard.FILE)) {
          // Its owner may put his own words there.
          continue;
        }
        sizes.add(new Size(name, Files.size(file)));
      }
    }
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(origin.content(sizes));
    AtomicFile.write(directory.resolve(RECORD), text + "\n");
  }
}
