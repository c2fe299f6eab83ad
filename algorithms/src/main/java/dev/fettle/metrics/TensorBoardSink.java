package dev.fettle.metrics;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;

/**
 * Event files TensorBoard reads: {@code events.out.tfevents.<seconds>.<host>} in the folder given
 * to {@code tensorboard --logdir}. Every value of a row becomes a scalar of the same name, as a
 * 32-bit float.
 *
 * <p>A resumed run adds a file, whose first event tells TensorBoard to forget what an earlier file
 * says of the steps that are repeated.
 */
public final class TensorBoardSink implements MetricSink {
  private final Path file;
  private final Clock clock;
  private final OutputStream out;
  private boolean closed;

  private TensorBoardSink(Path dir, Clock clock) {
    this.clock = clock;
    try {
      Files.createDirectories(dir);
      this.file = unused(dir, "events.out.tfevents." + clock.instant().getEpochSecond());
      this.out = Files.newOutputStream(file, StandardOpenOption.WRITE);
      EventFile.append(out, EventFile.version(now()));
    } catch (IOException e) {
      throw new MetricsException("write TensorBoard events to", dir, e);
    }
  }

  /**
   * Starts a run's event file.
   *
   * @throws MetricsException if it cannot be written
   */
  public static TensorBoardSink create(Path dir) {
    return new TensorBoardSink(dir, Clock.systemUTC());
  }

  /**
   * Starts the event file of a run resumed after {@code step}.
   *
   * @throws MetricsException if it cannot be written
   */
  public static TensorBoardSink resume(Path dir, long step) {
    return resume(dir, step, Clock.systemUTC());
  }

  static TensorBoardSink resume(Path dir, long step, Clock clock) {
    TensorBoardSink sink = new TensorBoardSink(dir, clock);
    try {
      EventFile.append(sink.out, EventFile.restart(sink.now(), step + 1));
    } catch (IOException e) {
      throw new MetricsException("write", sink.file, e);
    }
    return sink;
  }

  /** The file being written. */
  public Path file() {
    return file;
  }

  @Override
  public void write(MetricsRow row) {
    if (closed) {
      throw new IllegalStateException(file + " is closed");
    }
    try {
      EventFile.append(out, EventFile.scalars(now(), row));
    } catch (IOException e) {
      throw new MetricsException("write", file, e);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      out.close();
    } catch (IOException e) {
      throw new MetricsException("close", file, e);
    }
  }

  private double now() {
    return clock.millis() / 1e3;
  }

  /** Makes a file that was not there: a run resumed within the second must not touch the first. */
  private static Path unused(Path dir, String prefix) throws IOException {
    String host = host();
    for (int i = 0; ; i++) {
      Path file = dir.resolve(prefix + "." + host + (i == 0 ? "" : "." + i));
      try {
        return Files.createFile(file);
      } catch (FileAlreadyExistsException e) {
        // the next number
      }
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "_");
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
