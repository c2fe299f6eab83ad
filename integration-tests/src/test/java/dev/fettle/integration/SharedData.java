package dev.fettle.integration;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The reference material beside the checkout; tests that need it skip where it is absent. */
final class SharedData {
  private SharedData() {}

  /** A file or folder below the data folder; skips the calling test if it is not there. */
  static Path require(String relative) {
    return below("data", relative);
  }

  /** A case of something that was wrong once, with its right value; skips in the same way. */
  static Path requireCase(String name) {
    return below("cases", name);
  }

  private static Path below(String folder, String relative) {
    Path path = Path.of(System.getProperty("fettle.shared", "../shared"), folder, relative);
    boolean there = Files.exists(path);
    if (!there) {
      System.out.println("skipped: no " + path.normalize());
    }
    assumeTrue(there, () -> "no " + path.normalize());
    return path;
  }
}
