package dev.fettle.feedback;

import dev.fettle.tokenizer.ChatMessage;
import java.util.List;

/** The words in which a model is asked to judge, to criticise and to revise. */
public final class JudgePrompts {
  /** How the first answer is called. */
  static final String A = "A";

  /** How the second answer is called. */
  static final String B = "B";

  private JudgePrompts() {}

  /**
   * Two answers to be compared.
   *
   * @param reasons whether it is to say why, before its verdict
   */
  static Question comparison(Comparison c, boolean reasons) {
    String text =
        "You are shown a prompt and two answers to it. Judge the answers by this question and by"
            + " nothing else, neither their length nor their order nor their style:\n"
            + c.principle().question()
            + "\n\n"
            + part("Prompt", c.prompt())
            + part("Answer A", c.first())
            + part("Answer B", c.second())
            + (reasons
                ? "Say in a few sentences how each answer stands to the question. Then end with one"
                    + " line that holds your verdict: \"Verdict: A\" or \"Verdict: B\", or"
                    + " \"Verdict: tie\" where neither is better."
                : "Which answer is better by the question above? Say A or B and nothing else.");
    return question(text, reasons ? "" : "The better answer is", List.of(A, B), reasons);
  }

  /** An answer to be scored. */
  static Question appraisal(Appraisal a, boolean reasons) {
    Scale scale = a.scale();
    String text =
        "You are shown a prompt and an answer to it. Judge the answer by this and by nothing else,"
            + " neither its length nor its style:\n"
            + a.principle().critique()
            + "\n\n"
            + part("Prompt", a.prompt())
            + part("Answer", a.answer())
            + "Give the answer a whole number from "
            + scale.least()
            + " to "
            + scale.most()
            + ": "
            + scale.least()
            + " where there is most to criticise, "
            + scale.most()
            + " where there is nothing. "
            + (reasons
                ? "Say in a few sentences why. Then end with one line that holds the number:"
                    + " \"Score: N\"."
                : "Say the number and nothing else.");
    return question(text, reasons ? "" : "The score is", scale.labels(), reasons);
  }

  private static Question question(
      String text, String lead, List<String> options, boolean reasons) {
    return new Question(List.of(ChatMessage.user(text)), lead, options, !reasons, 0);
  }

  /** An answer to be criticised by a principle. */
  public static Question critique(String prompt, String answer, Principle principle) {
    return Question.of(
        "You are shown a prompt and an answer to it.\n\n"
            + part("Prompt", prompt)
            + part("Answer", answer)
            + principle.critique()
            + " Write the criticism and nothing else.",
        "Criticism:");
  }

  /** An answer to be written anew after a critique. */
  public static Question revision(
      String prompt, String answer, String critique, Principle principle) {
    return Question.of(
        "You are shown a prompt, an answer to it, and a criticism of the answer.\n\n"
            + part("Prompt", prompt)
            + part("Answer", answer)
            + part("Criticism", critique)
            + principle.revision()
            + " Write the new answer to the prompt and nothing else, neither before nor after it.",
        "New answer:");
  }

  private static String part(String name, String text) {
    return "[" + name + "]\n" + text.strip() + "\n[End of: " + name + "]\n\n";
  }
}
