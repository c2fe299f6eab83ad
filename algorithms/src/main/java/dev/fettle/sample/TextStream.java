package dev.fettle.sample;

import dev.fettle.tokenizer.StreamDecoder;
import dev.fettle.tokenizer.Tokenizer;
import java.util.BitSet;

/**
 * The text of one sequence as its tokens come, up to the first stop string. For one thread.
 *
 * <p>Text that may be the beginning of a stop string is held back, so a stop string always lies
 * wholly in what is held. Stop strings are looked for among special tokens too, which are not
 * shown. A token that ends within a character completes its text with the token after it.
 */
final class TextStream {
  private final Tokenizer tokenizer;
  private final StreamDecoder decoder;
  private final StopStrings stops;
  private final StringBuilder held = new StringBuilder();

  /** Which characters of {@link #held} belong to special tokens. */
  private BitSet hidden = new BitSet();

  private boolean stopped;

  TextStream(Tokenizer tokenizer, StopStrings stops) {
    this.tokenizer = tokenizer;
    this.decoder = tokenizer.streamDecoder(false);
    this.stops = stops;
  }

  /** The text of a whole sequence, as it would have come. */
  static String of(Tokenizer tokenizer, int[] ids) {
    TextStream stream = new TextStream(tokenizer, StopStrings.NONE);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(stream.next(id));
    }
    return text.append(stream.finish()).toString();
  }

  /** Takes the next token; gives the text that can be shown now. */
  String next(int id) {
    if (tokenizer.isSpecial(id)) {
      // A character left unfinished before it is shown, unlike the token.
      held.append(decoder.finish());
      int from = held.length();
      held.append(decoder.next(id));
      hidden.set(from, held.length());
    } else {
      held.append(decoder.next(id));
    }
    return release(stops.begun(held));
  }

  /** The text that was held back, where the sequence is over without a stop string. */
  String finish() {
    held.append(decoder.finish());
    return release(0);
  }

  /** Whether the text has come to a stop string. */
  boolean isStopped() {
    return stopped;
  }

  /** Text up to the stop string or, where there is none, all but the last characters. */
  private String release(int keep) {
    if (stopped) {
      return "";
    }
    int stop = stops.find(held);
    stopped = stop >= 0;
    int count = stopped ? stop : held.length() - keep;
    StringBuilder shown = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      if (!hidden.get(i)) {
        shown.append(held.charAt(i));
      }
    }
    hidden = hidden.get(count, held.length());
    held.delete(0, count);
    return shown.toString();
  }
}
