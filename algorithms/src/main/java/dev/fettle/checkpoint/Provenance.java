package dev.fettle.checkpoint;

import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a checkpoint comes from ({@code provenance.json}): enough to say later which software,
 * which settings and which data made it.
 *
 * @param fettle Fettle's version; {@code development} when run from a build tree
 * @param backend the id of the backend, as {@code onnxruntime}
 * @param backendVersion the version it gives itself
 * @param java the JVM's version
 * @param os the operating system, its version, the processor's architecture
 * @param configSha256 of the run's effective config
 * @param data the data files
 */
public record Provenance(
    String fettle,
    String backend,
    String backendVersion,
    String java,
    String os,
    String configSha256,
    List<DataFile> data) {

  /**
   * One data file as it was when the run began.
   *
   * @param path as the config names it
   * @param bytes its size
   * @param sha256 of its contents, in lower-case hexadecimal
   */
  public record DataFile(String path, long bytes, String sha256) {}

  /** Keeps a copy. */
  public Provenance {
    data = List.copyOf(data);
  }

  /** What {@link #configSha256} is of a configuration. */
  public static String hash(String config) {
    return Sha256.of(config.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Gathers it; reads every data file once, so do it when the run begins and not for each
   * checkpoint.
   *
   * @throws CheckpointException naming a data file that cannot be read
   */
  public static Provenance gather(
      String backend, String backendVersion, String config, List<Path> dataFiles) {
    List<DataFile> data = new ArrayList<>();
    for (Path file : dataFiles) {
      try {
        data.add(new DataFile(file.toString(), Files.size(file), Sha256.of(file)));
      } catch (IOException e) {
        throw new CheckpointException(
            file + ": cannot be read to note its SHA-256: " + FileErrors.reason(e), e);
      }
    }
    String version = Provenance.class.getPackage().getImplementationVersion();
    return new Provenance(
        version == null ? "development" : version,
        backend,
        backendVersion,
        Runtime.version() + " (" + System.getProperty("java.vm.vendor") + ")",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        Sha256.of(config.getBytes(StandardCharsets.UTF_8)),
        data);
  }
}
