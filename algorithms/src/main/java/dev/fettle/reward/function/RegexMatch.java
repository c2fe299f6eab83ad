package dev.fettle.reward.function;

import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKind;
import dev.fettle.sample.Completion;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * {@code regex}: 1 where the answer matches a pattern, else 0. With a column, what a group of the
 * last match captured must be what the column says, but for blanks around it.
 *
 * @param pattern as {@link Pattern} reads it; {@code (?i)}, {@code (?s)} and the like set its flags
 * @param match all of the answer, or a part of it
 * @param column what the group must be
 * @param group its number or name; 0 is the whole match
 */
public record RegexMatch(Pattern pattern, Match match, Optional<String> column, String group)
    implements RewardFunction {

  /** How much of an answer a pattern must match. */
  public enum Match {
    /** All of it, but for blanks around it. */
    FULL,
    /** Any part of it. */
    PARTIAL
  }

  /** Its name and options. */
  public static final RewardKind<RegexMatch> KIND =
      new Named<>(
          "regex",
          Keys.of(
                  RegexMatch.class,
                  Key.text("pattern", "a regular expression as Java reads it")
                      .as(Pattern.class, RegexMatch::compiled, Pattern::pattern)
                      .required("a regular expression, as \"(?i)\\\\byes\\\\b\""),
                  Key.choice("match", Match.class, "whether it matches all of the answer or a part")
                      .otherwise(Match.PARTIAL),
                  Key.text("column", "what a captured group must say")
                      .optional("matching is enough"),
                  Key.text("group", "the group that is compared, by number or name; 0 is the match")
                      .otherwise("0"))
              .rule(
                  "group",
                  RegexMatch::hasGroup,
                  r -> "is " + r.group + ", but the pattern has no such group"));

  private static Pattern compiled(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      String where = e.getIndex() < 0 ? "" : " near index " + e.getIndex();
      throw new IllegalArgumentException(
          "'" + text + "' is no regular expression: " + e.getDescription() + where);
    }
  }

  private boolean hasGroup() {
    if (isNumber()) {
      return number() <= pattern.matcher("").groupCount();
    }
    try {
      // A reference back to a group that is not there is refused.
      return group.matches("[A-Za-z][A-Za-z0-9]*")
          && !Pattern.compile(pattern.pattern() + "\n?\\k<" + group + ">").pattern().isEmpty();
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private boolean isNumber() {
    return group.matches("[0-9]{1,4}");
  }

  private int number() {
    return Integer.parseInt(group);
  }

  @Override
  public double[] score(List<Completion> completions) {
    return completions.stream().mapToDouble(c -> isRight(c) ? 1 : 0).toArray();
  }

  private boolean isRight(Completion completion) {
    boolean found = false;
    String last = null;
    if (match == Match.FULL) {
      Matcher matcher = pattern.matcher(completion.text().strip());
      found = matcher.matches();
      last = found ? captured(matcher) : null;
    } else {
      for (Matcher m = pattern.matcher(completion.text()); m.find(); last = captured(m)) {
        found = true;
      }
    }
    // The column is asked for in any case: it may be missing.
    return isCaptured(last, completion) && found;
  }

  private @Nullable String captured(Matcher matcher) {
    return isNumber() ? matcher.group(number()) : matcher.group(group);
  }

  private boolean isCaptured(@Nullable String captured, Completion completion) {
    if (column.isEmpty()) {
      return true;
    }
    return PromptColumn.any(
        completion.prompt(),
        column.get(),
        right -> captured != null && captured.strip().equals(right.strip()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RegexMatch that
        && pattern.pattern().equals(that.pattern.pattern())
        && pattern.flags() == that.pattern.flags()
        && match == that.match
        && column.equals(that.column)
        && group.equals(that.group);
  }

  @Override
  public int hashCode() {
    return pattern.pattern().hashCode();
  }
}
