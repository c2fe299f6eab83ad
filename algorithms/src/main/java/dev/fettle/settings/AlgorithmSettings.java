package dev.fettle.settings;

/** Section {@code algorithm}: what is optimized. One record for each {@code type}. */
public interface AlgorithmSettings {

  /** The name in a configuration. */
  String type();
}
