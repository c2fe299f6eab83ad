package dev.fettle.settings;

import java.util.regex.Pattern;

/** Names of repositories on the Hugging Face Hub, given where a directory is wanted. */
public final class HubNames {
  private static final Pattern HUB =
      Pattern.compile("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w-]*([.]\\d[\\w-]*)*");

  private HubNames() {}

  /**
   * What to say of a directory that is not there: who names a repository of the Hub expects it to
   * be fetched.
   *
   * @param text as the user wrote it
   * @return to follow what is said already; empty where it is no such name
   */
  public static String advice(String text) {
    return HUB.matcher(text).matches()
        ? "; nothing is downloaded: if this is a name on the Hugging Face Hub, fetch it first (hf"
            + " download) and give the directory"
        : "";
  }
}
