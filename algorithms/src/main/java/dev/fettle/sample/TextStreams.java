package dev.fettle.sample;

import dev.fettle.models.generate.StopCondition;
import dev.fettle.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** The texts of sequences that are generated together; each ends at its own stop string. */
public final class TextStreams implements StopCondition {
  private final List<TextStream> streams = new ArrayList<>();
  private final List<StringBuilder> texts = new ArrayList<>();
  private final ObjIntConsumer<String> listener;

  /**
   * The texts of so many sequences.
   *
   * @param listener given each piece of text with the number of its sequence; what may be the
   *     beginning of a stop string is told only when it turned out not to be
   */
  public TextStreams(
      int rows, Tokenizer tokenizer, StopStrings stops, ObjIntConsumer<String> listener) {
    for (int row = 0; row < rows; row++) {
      streams.add(new TextStream(tokenizer, stops));
      texts.add(new StringBuilder());
    }
    this.listener = listener;
  }

  @Override
  public boolean endsWith(int row, int id) {
    TextStream stream = streams.get(row);
    tell(row, stream.next(id));
    return stream.isStopped();
  }

  private void tell(int row, String text) {
    if (!text.isEmpty()) {
      texts.get(row).append(text);
      listener.accept(text, row);
    }
  }

  /** Lets out what was held back; gives each sequence its text. */
  public List<String> finish() {
    List<String> all = new ArrayList<>();
    for (int row = 0; row < streams.size(); row++) {
      tell(row, streams.get(row).finish());
      all.add(texts.get(row).toString());
    }
    return all;
  }
}
