package dev.fettle.reward;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.StopReason;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;

/** Answers as a sampler would give them. */
public final class Answer {
  private Answer() {}

  /**
   * An answer of some tokens.
   *
   * @param row the prompt's, as JSON
   */
  public static Completion of(String row, String text, int tokens) {
    try {
      ObjectNode fields = (ObjectNode) new ObjectMapper().readTree(row);
      String prompt = fields.path("prompt").asText("p");
      SamplePrompt asked = new SamplePrompt(6, fields, prompt, false, new int[] {1});
      float[] each = new float[tokens];
      return new Completion(
          asked, 0, text, new Generation(new int[tokens], each, each, StopReason.STOP_TOKEN));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** An answer of three tokens. */
  public static Completion of(String row, String text) {
    return of(row, text, 3);
  }
}
