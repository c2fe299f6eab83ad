package dev.fettle.harness.config;

import java.nio.file.Path;

/**
 * Section {@code run}: which run this is.
 *
 * @param name the run's directory below {@code out}; by default the config file's name
 * @param seed of every random draw; default 0
 * @param out where runs are kept; default {@code runs} beside the config file
 */
public record RunSettings(String name, long seed, Path out) {

  /** Everything the run writes is in here. */
  public Path directory() {
    return out.resolve(name);
  }
}
