package dev.fettle.harness.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.feedback.AiJudge;
import dev.fettle.feedback.Appraisal;
import dev.fettle.feedback.Constitution;
import dev.fettle.feedback.PromptText;
import dev.fettle.feedback.Rating;
import dev.fettle.feedback.Respondent;
import dev.fettle.feedback.RespondentJudge;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKind;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code judge}: the score that a judge gives an answer by a principle of a constitution, on its
 * scale. All answers to a prompt are scored by the same principle. An answer whose score cannot be
 * read has no reward.
 */
public final class JudgeReward implements RewardKind<JudgeReward.Options> {

  /**
   * Who judges and by what.
   *
   * @param judge who judges
   * @param constitution the word {@code default}, or a file
   * @param seed by which principles are drawn
   */
  public record Options(JudgeSettings judge, String constitution, long seed) {
    static final Keys<Options> KEYS =
        Keys.of(
            Options.class,
            Key.section("judge", JudgeSettings.KEYS, "who scores answers"),
            PathKeys.wordOrFile(
                    "constitution", List.of(Constitution.DEFAULT), "the rules, in a file of YAML")
                .otherwise(Constitution.DEFAULT),
            Key.whole("seed", Range.ANY, "by which principles are drawn").otherwise(0L));
  }

  @Override
  public String type() {
    return "judge";
  }

  @Override
  public Keys<Options> keys() {
    return Options.KEYS;
  }

  /** The function, which is to be closed: it holds a model, or threads that ask a server. */
  @Override
  public RewardFunction function(Options options) {
    return new Scores(options, Constitution.named(options.constitution()));
  }

  /**
   * The scores of a judge of the application's own.
   *
   * @param constitution whose principles and scale are used
   * @param seed by which principles are drawn
   */
  public static RewardFunction of(AiJudge judge, Constitution constitution, long seed) {
    return completions -> score(judge, constitution, seed, completions);
  }

  private static double[] score(
      AiJudge judge, Constitution constitution, long seed, List<Completion> completions) {
    List<Appraisal> asked =
        completions.stream()
            .map(
                c ->
                    new Appraisal(
                        prompt(c.prompt()),
                        c.text(),
                        constitution.of(seed, c.prompt().index(), 0),
                        constitution.scale()))
            .toList();
    return judge.rateAll(asked).stream()
        .map(Rating::score)
        .mapToDouble(score -> score.orElse(Double.NaN))
        .toArray();
  }

  private static String prompt(SamplePrompt prompt) {
    JsonNode own = prompt.row().path("prompt");
    return own.isMissingNode() || own.isNull() ? prompt.text() : PromptText.of(own);
  }

  /** Opens its judge when it is asked first: a run may be refused before that. */
  private static final class Scores implements RewardFunction, AutoCloseable {
    private final Options options;
    private final Constitution constitution;
    private @Nullable Respondent open;

    Scores(Options options, Constitution constitution) {
      this.options = options;
      this.constitution = constitution;
    }

    @Override
    public double[] score(List<Completion> completions) {
      Respondent respondent = open;
      if (respondent == null) {
        respondent =
            Respondents.open(
                options.judge().respondent(), BackendSettings.DEFAULT, options.seed(), () -> false);
        open = respondent;
      }
      AiJudge judge = new RespondentJudge(respondent, options.judge().manner());
      return JudgeReward.score(judge, constitution, options.seed(), completions);
    }

    @Override
    public void close() {
      if (open != null) {
        open.close();
      }
    }
  }
}
