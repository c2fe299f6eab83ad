package dev.fettle.settings;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an earlier stage of a recipe made, in place of a path: {@code stage:sft} is its finished
 * model, {@code stage:sft/rounds/1/kept.jsonl} a file of its directory.
 *
 * @param stage its name
 * @param inside the path below its directory; empty for the finished model
 */
record StageReference(String stage, Optional<String> inside) {
  private static final Pattern WRITTEN = Pattern.compile("stage:([^/\\s]*)(?:/(.*))?");

  /** The reference that a text is; empty where it is none. */
  static Optional<StageReference> of(String text) {
    Matcher written = WRITTEN.matcher(text);
    return written.matches()
        ? Optional.of(
            new StageReference(
                written.group(1),
                Optional.ofNullable(written.group(2)).filter(rest -> !rest.isBlank())))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "stage:" + stage + inside.map(rest -> "/" + rest).orElse("");
  }
}
