package dev.fettle.settings;

import java.nio.file.Path;

/** Where a setting was written, for messages. Prints as {@code run.yaml:12}. */
sealed interface Place {

  /** A line of a file, from 1. */
  record Line(Path file, int line) implements Place {
    @Override
    public String toString() {
      return file + ":" + line;
    }
  }

  /** An override on the command line, as it was given. */
  record Option(String text) implements Place {
    @Override
    public String toString() {
      return "--set " + text;
    }
  }

  /** An option of its own on the command line, as it was given. */
  record Argument(String option, String text) implements Place {
    @Override
    public String toString() {
      return option + " " + text;
    }
  }

  /** Settings made by a program, for the record of this name. */
  record Code(String type) implements Place {
    @Override
    public String toString() {
      return type;
    }
  }
}
