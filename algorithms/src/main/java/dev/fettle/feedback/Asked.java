package dev.fettle.feedback;

import java.util.List;

/**
 * How a question was asked until it was answered, for the log.
 *
 * @param request what was asked, summed up in hexadecimal digits; empty where nobody says
 * @param raw the answer that counts, as it came; empty where there is none
 * @param unusable answers before it that could not be read, and why
 * @param retries times that a server had to be asked again before it answered at all
 * @param millis how long all of it took
 * @param usage tokens of all attempts
 */
public record Asked(
    String request, String raw, List<String> unusable, int retries, long millis, Usage usage) {

  /** Nothing is known. */
  public static final Asked NOTHING = new Asked("", "", List.of(), 0, 0, Usage.NONE);

  /** Copies the list. */
  public Asked {
    unusable = List.copyOf(unusable);
  }
}
