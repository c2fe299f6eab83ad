package dev.fettle.harness.model;

import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.StopCondition;
import dev.fettle.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** The texts of sequences that are generated together; each ends at its own stop string. */
final class TextStreams implements StopCondition {
  private final List<TextStream> streams = new ArrayList<>();
  private final List<StringBuilder> texts = new ArrayList<>();
  private final TextListener listener;

  TextStreams(int rows, Tokenizer tokenizer, StopStrings stops, TextListener listener) {
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
      listener.onText(row, text);
    }
  }

  /** Lets out what was held back; gives each sequence its text. */
  List<GeneratedText> finish(List<Generation> made) {
    List<GeneratedText> all = new ArrayList<>();
    for (int row = 0; row < made.size(); row++) {
      tell(row, streams.get(row).finish());
      all.add(new GeneratedText(texts.get(row).toString(), made.get(row)));
    }
    return all;
  }
}
