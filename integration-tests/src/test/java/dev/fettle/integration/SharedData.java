package dev.fettle.integration;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The reference material beside the checkout; tests that need it skip where it is absent. */
final class SharedData {
  private SharedData() {}

  /** A file or folder below the data folder; skips the calling test if it is not there. */
  static Path require(String relative) {
    Path path = Path.of(System.getProperty("fettle.shared", "../shared"), "data", relative);
    boolean there = Files.exists(path);
    if (!there) {
      System.out.println("skipped: no " + path.normalize());
    }
    assumeTrue(there, () -> "no " + path.normalize());
    return path;
  }
}
