package dev.fettle.data.encode;

/** Watches a data set being read, for a progress bar. Called on the thread that loads. */
public interface LoadListener {

  /** Does nothing. */
  LoadListener NONE = (rows, fraction) -> {};

  /**
   * More rows are done.
   *
   * @param rows done so far, of all files
   * @param fraction of all files, 0 to 1
   */
  void onRows(long rows, double fraction);
}
