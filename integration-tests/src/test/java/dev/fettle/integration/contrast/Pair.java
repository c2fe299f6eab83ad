package dev.fettle.integration.contrast;

import dev.fettle.data.Example;
import dev.fettle.data.Sized;

/** A better and a worse answer to one prompt, each with the prompt before it. */
record Pair(Example better, Example worse) implements Sized {

  @Override
  public int length() {
    return better.length() + worse.length();
  }

  @Override
  public int targets() {
    return better.targets() + worse.targets();
  }
}
