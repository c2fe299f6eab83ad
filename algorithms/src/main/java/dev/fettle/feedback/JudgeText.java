package dev.fettle.feedback;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads verdicts and scores out of what a model wrote. What is said last counts: a model may weigh
 * both before it decides. What could mean either is not read.
 */
final class JudgeText {
  /** Taken whole or not at all: tried piece by piece, a long row of stars would take for ever. */
  private static final String BETWEEN = "[\\s\"'*_:=(\\[{>-]*+";

  /** The same before a number, which may have a sign. */
  private static final String SIGNS = "[\\s\"'*_:=(\\[{>]*+";

  private static final String NOUN = "(?:(?:answer|option|response|assistant)\\s+)?";

  /** A verdict in its place; a small a before a word is an article. */
  private static final Pattern VERDICT =
      Pattern.compile(
          "(?i:verdict)"
              + BETWEEN
              + "(?i:(?:is|goes to|for)\\b)?"
              + BETWEEN
              + "(?i:the\\s+)?(?i:"
              + NOUN
              + ")"
              + BETWEEN
              + "(?:((?i:a\\s+)?(?i:tie|tied|draw|equal|neither|both)\\b)"
              + "|([AB])\\b(?!\\s*(?:and|or|/|,|\\||=)\\s*(?i:answer\\s+)?[AB]\\b)"
              + "|([ab])(?=[\\s\"'*_)\\].}]*(?:\\n|$)))");

  private static final Pattern BRACKETED = Pattern.compile("\\[\\[(A|B|C|tie)\\]\\]");

  /** A letter and nothing else, or a letter that stands apart from what follows. */
  private static final Pattern ALONE =
      Pattern.compile(
          "\\s*+[\"'*_(\\[]*+(?i:"
              + NOUN
              + ")[\"'*_(\\[]*+(?:([AB])[\"'*_)\\].:]*(?:\\s*$|\\s*\\n.*)|([ab])[\"'*_)\\].]*\\s*$"
              + "|((?i:tie|neither|equal))[\"'*_)\\].]*\\s*$)",
          Pattern.DOTALL);

  private static final Pattern SCORE =
      Pattern.compile(
          "(?i:score|rating)" + SIGNS + "(?i:is\\b)?" + SIGNS + "(?:-\\s+)?(-?\\d+(?:\\.\\d+)?)");
  private static final Pattern NUMBER_ALONE =
      Pattern.compile(
          "\\s*+[\"'*_(\\[]*+(-?\\d+(?:\\.\\d+)?)[\"'*_)\\]]*(?:\\s*/\\s*\\d+)?\\.?\\s*");

  /** Where a model thinks aloud before it answers. */
  private static final String END_OF_THOUGHT = "</think>";

  private JudgeText() {}

  /** What follows a model's thoughts. */
  static String answer(String text) {
    int thought = text.lastIndexOf(END_OF_THOUGHT);
    return thought < 0 ? text : text.substring(thought + END_OF_THOUGHT.length());
  }

  /** The verdict; nothing where there is none to be read. */
  static Optional<Choice> verdict(String written) {
    String text = answer(written);
    Optional<Choice> choice = Optional.empty();
    Matcher m = VERDICT.matcher(text);
    while (m.find()) {
      String letter = m.group(2) != null ? m.group(2) : m.group(3);
      choice = Optional.of(letter == null ? Choice.TIE : letter(letter));
    }
    if (choice.isEmpty()) {
      Matcher bracketed = BRACKETED.matcher(text);
      while (bracketed.find()) {
        choice = Optional.of(letter(bracketed.group(1)));
      }
    }
    return choice.isPresent() ? choice : alone(text);
  }

  private static Optional<Choice> alone(String text) {
    Matcher alone = ALONE.matcher(text);
    if (!alone.matches()) {
      return Optional.empty();
    }
    String letter = alone.group(1) != null ? alone.group(1) : alone.group(2);
    return Optional.of(letter == null ? Choice.TIE : letter(letter));
  }

  private static Choice letter(String letter) {
    return switch (letter.toUpperCase(Locale.ROOT)) {
      case JudgePrompts.A -> Choice.FIRST;
      case JudgePrompts.B -> Choice.SECOND;
      default -> Choice.TIE;
    };
  }

  /** The score; nothing where there is none to be read, or it is not on the scale. */
  static OptionalDouble score(String written, Scale scale) {
    String text = answer(written);
    Matcher m = SCORE.matcher(text);
    String number = null;
    while (m.find()) {
      number = m.group(1);
    }
    if (number == null) {
      Matcher alone = NUMBER_ALONE.matcher(text);
      number = alone.matches() ? alone.group(1) : null;
    }
    if (number == null || number.length() > 12) {
      return OptionalDouble.empty();
    }
    double score = Double.parseDouble(number);
    return scale.holds(score) ? OptionalDouble.of(score) : OptionalDouble.empty();
  }
}
