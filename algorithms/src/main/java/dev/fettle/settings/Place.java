package dev.fettle.settings;

import java.nio.file.Path;

/** Where a setting was written, for messages. Prints as {@code run.yaml:12}. */
sealed interface Place {

  /** What is set under a name such as {@code apiKey}, and the user of an address, stay unsaid. */
  private static String withoutSecrets(String text) {
    return text.replaceAll(
            "(?i)((?:key|token|secret|password)\"?\\s*[=:]\\s*)(?!\\s)[^,}]+", "$1...")
        .replaceAll("://[^/@\\s]*@", "://...@");
  }

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
      return "--set " + Place.withoutSecrets(text);
    }
  }

  /** An option of its own on the command line, as it was given. */
  record Argument(String option, String text) implements Place {
    @Override
    public String toString() {
      return option + " " + Place.withoutSecrets(text);
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
