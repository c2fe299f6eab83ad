package dev.fettle.metrics;

/**
 * Shows a person how far something is. Bars are drawn by whoever owns the screen, as the command
 * line does; without one, progress is told in lines.
 */
@FunctionalInterface
public interface ProgressBars {

  /** Begins to show something; its bar is closed by who asked for it. */
  Bar show(Work work);

  /**
   * What is done.
   *
   * @param name of it
   * @param unit it is counted in, with a space before it; empty where the count says nothing
   * @param from what was done before
   * @param total what there is to do
   */
  record Work(String name, String unit, long from, long total) {}

  /** One bar. Used from one thread. */
  interface Bar extends AutoCloseable {

    /**
     * Moves on.
     *
     * @param done so far, of the total
     * @param message shown beside it
     */
    void at(long done, String message);

    @Override
    void close();
  }
}
