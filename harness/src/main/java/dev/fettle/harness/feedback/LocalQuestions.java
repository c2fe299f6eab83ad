package dev.fettle.harness.feedback;

import dev.fettle.feedback.Question;
import dev.fettle.harness.model.Continuation;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.sample.PromptIds;
import dev.fettle.sample.StopTokens;
import dev.fettle.tokenizer.ChatMessage;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Questions as a model reads them.
 *
 * @param model that reads them
 * @param chat whether its chat template writes them
 */
record LocalQuestions(LoadedModel model, boolean chat) {

  /** What the model goes on with. */
  String text(Question question) {
    if (chat) {
      return model
          .tokenizer()
          .chatTemplate()
          .render(ChatTemplate.Request.of(question.messages(), true))
          .text();
    }
    String text =
        question.messages().stream().map(ChatMessage::content).collect(Collectors.joining("\n\n"));
    return question.lead().isEmpty() ? text + "\n\n" : text + "\n\n" + question.lead();
  }

  /** The tokens of it. */
  int[] prompt(Question question) {
    return ids(text(question));
  }

  private int[] ids(String text) {
    return PromptIds.of(model.tokenizer(), text, chat);
  }

  /** The tokens that end an answer. */
  Set<Integer> ends() {
    Tokenizer tokenizer = model.tokenizer();
    return StopTokens.of(tokenizer).after(chat);
  }

  /**
   * Each option after the question. The text is encoded with its option, since a tokenizer may join
   * what stands at the seam; all options begin where the first two of them part.
   */
  List<Continuation> options(Question question) {
    String text = text(question);
    List<int[]> whole = new ArrayList<>();
    for (String option : question.options()) {
      whole.add(ids(text + (chat ? "" : " ") + option));
    }
    int seam = ids(text).length;
    for (int[] one : whole) {
      for (int[] other : whole) {
        int parted = Arrays.mismatch(one, other);
        seam = parted < 0 ? seam : Math.min(seam, parted);
      }
    }
    List<Continuation> all = new ArrayList<>();
    for (int[] one : whole) {
      int from = Math.min(seam, one.length - 1);
      all.add(
          new Continuation(Arrays.copyOf(one, from), Arrays.copyOfRange(one, from, one.length)));
    }
    return all;
  }

  /**
   * The log-probability of each option. Where the tokens of one begin another, as 1 begins 10, the
   * first has what is left without the second.
   */
  static Map<String, Double> named(
      List<String> options, List<Continuation> asked, double[] logProbs) {
    Map<String, Double> named = new LinkedHashMap<>();
    for (int i = 0; i < logProbs.length; i++) {
      double left = 1;
      for (int j = 0; j < logProbs.length; j++) {
        if (i != j && begins(asked.get(i).ids(), asked.get(j).ids())) {
          left -= Math.exp(logProbs[j] - logProbs[i]);
        }
      }
      named.put(
          options.get(i), left == 1 ? logProbs[i] : logProbs[i] + Math.log(Math.max(left, 1e-12)));
    }
    return named;
  }

  private static boolean begins(int[] one, int[] other) {
    return one.length < other.length && Arrays.mismatch(one, other) == one.length;
  }
}
