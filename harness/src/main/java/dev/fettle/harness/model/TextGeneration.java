package dev.fettle.harness.model;

import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.sample.StopStrings;
import dev.fettle.sample.TextStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Texts of a model whose calls take turns.
 *
 * @param tokens of prompts
 * @param turns of the model's calls
 * @param generator asked for within a turn
 */
record TextGeneration(PromptTokens tokens, Turns turns, Supplier<Generator> generator) {

  /**
   * Continues prompts, within a turn.
   *
   * @param eachToken run after each token; what it throws ends the call
   */
  List<GeneratedText> decode(
      List<int[]> prompts,
      SamplingOptions options,
      StopStrings stops,
      TextListener listener,
      Runnable eachToken) {
    TextStreams texts =
        new TextStreams(
            prompts.size() * options.draws().samples(),
            tokens.files().requireTokenizer(),
            stops,
            (text, row) -> listener.onText(row, text));
    TokenListener told =
        (row, id) -> {
          turns.requireNotInterrupted();
          eachToken.run();
        };
    List<Generation> made = generator.get().generate(prompts, options, texts, told);
    List<String> written = texts.finish();
    List<GeneratedText> all = new ArrayList<>();
    for (int i = 0; i < made.size(); i++) {
      all.add(new GeneratedText(written.get(i), made.get(i)));
    }
    return all;
  }

  /** Continues a prompt for a subscriber. */
  void stream(
      Prompt prompt, SamplingOptions options, StopStrings stops, TextPublisher.Pieces pieces) {
    turns.requireOpen();
    SamplingOptions ending = options.withDefaultStopIds(tokens.stopIds(List.of(prompt)));
    List<int[]> ids = List.of(tokens.of(prompt));
    turns.take(
        () -> {
          pieces.requireWanted();
          return decode(ids, ending, stops, (row, text) -> pieces.add(text), pieces::requireWanted);
        });
  }
}
