package dev.fettle.metrics;

/**
 * A place metrics are written to. Used from one thread.
 *
 * <p>Every row is on its way to the file or the terminal when {@link #write} returns: a run that is
 * killed loses none.
 */
public interface MetricSink extends AutoCloseable {

  /**
   * Writes one row.
   *
   * @throws MetricsException if it cannot be written
   */
  void write(MetricsRow row);

  @Override
  void close();
}
