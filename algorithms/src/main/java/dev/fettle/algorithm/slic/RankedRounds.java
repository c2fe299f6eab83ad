package dev.fettle.algorithm.slic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.algorithm.RunSite;
import dev.fettle.algorithm.slic.Ranking.Pair;
import dev.fettle.data.Example;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.rollout.AnsweredPrompt;
import dev.fettle.rollout.RewardedAnswer;
import dev.fettle.rollout.RolloutException;
import dev.fettle.rollout.RolloutRun;
import dev.fettle.rollout.RolloutStatistics;
import dev.fettle.rollout.Rollouts;
import dev.fettle.rollout.Rollouts.Rollout;
import dev.fettle.rollout.RoundFiles;
import dev.fettle.rollout.RoundPrompts;
import dev.fettle.rollout.RoundRows;
import dev.fettle.rollout.RoundSource;
import dev.fettle.rollout.RoundWriter;
import dev.fettle.sample.SamplePrompt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Rounds that sample, rank, and learn the pairs of better and worse answers. */
final class RankedRounds implements RoundSource.Rounds<PreferencePair> {
  private static final String CHOSEN = "chosen_tokens";
  private static final String REJECTED = "rejected_tokens";
  private static final String TARGET = "target_tokens";

  private final SlicSettings settings;
  private final Rollouts rollouts;
  private final RoundPrompts prompts;
  private final List<AnsweredPrompt> rows;
  private final RunSite site;

  /**
   * Rounds over prompts.
   *
   * @param rows the same prompts, with the answers that their rows hold
   */
  RankedRounds(
      SlicSettings settings, RoundPrompts prompts, List<AnsweredPrompt> rows, RolloutRun run) {
    this.settings = settings;
    this.rollouts = run.rollouts(prompts);
    this.prompts = prompts;
    this.rows = rows;
    this.site = run.site();
  }

  Rollouts rollouts() {
    return rollouts;
  }

  /** The pairs of a round while they are written. */
  private final class Writing {
    private final int round;
    private final RoundWriter out;
    private final List<RewardedAnswer> answers = new ArrayList<>();
    private long pairs;
    private long truncated;

    Writing(int round, RoundWriter out) {
      this.round = round;
      this.out = out;
    }

    void add(RewardedAnswer answer) {
      if (!answers.isEmpty() && answers.get(0).index() != answer.index()) {
        finishPrompt();
      }
      if (!answer.stopped() && !settings.keepTruncated()) {
        truncated++;
      } else if (!Double.isNaN(answer.reward())) {
        answers.add(answer);
      }
    }

    void finishPrompt() {
      Optional<RewardedAnswer> best = Ranking.best(answers);
      for (Pair pair : settings.ranking().of(answers)) {
        out.add(row(round, pair, best.orElseThrow()));
        pairs++;
      }
      answers.clear();
    }
  }

  @Override
  public RoundSource.Begun<PreferencePair> begin(int round) {
    Rollout rollout = rollouts.run(round, settings.rounds());
    RoundFiles files = rollouts.files(round);
    Writing writing;
    try (RoundWriter out = RoundWriter.begin(files.pairs())) {
      writing = new Writing(round, out);
      RoundRows.answers(files, (answer, origin) -> writing.add(answer));
      writing.finishPrompt();
      out.finish();
    }
    summarise(round, rollout.statistics(), writing);
    if (writing.pairs == 0) {
      throw nothing(round, rollout.statistics(), writing);
    }
    Map<String, Double> found = new LinkedHashMap<>(rollout.metrics());
    found.put("pairs", (double) writing.pairs);
    site.tell(
        String.format(
            Locale.ROOT,
            "round %d of %d: %,d answers, mean reward %.4g, each prompt's best %.4g; %,d pairs",
            round,
            settings.rounds(),
            rollout.statistics().answers(),
            rollout.statistics().reward(),
            rollout.statistics().best(),
            writing.pairs));
    return new RoundSource.Begun<>(again(round), found);
  }

  /** As any algorithm over preferences reads it, and with the tokens as they were sampled. */
  private ObjectNode row(int round, Pair pair, RewardedAnswer best) {
    SamplePrompt prompt = prompts.get((int) pair.chosen().index());
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.set("prompt", prompt.row().path("prompt"));
    put(row, "chosen", prompt, pair.chosen());
    put(row, "rejected", prompt, pair.rejected());
    row.put("margin", pair.margin());
    JsonNode given = prompt.row().path("completion");
    if (!given.isMissingNode()) {
      row.set("completion", given);
    } else if (best.sample() != pair.chosen().sample()) {
      put(row, "completion", prompt, best);
      tokens(row, TARGET, best);
    }
    row.put("round", round).put("index", pair.chosen().index());
    row.put("chosen_sample", pair.chosen().sample());
    row.put("rejected_sample", pair.rejected().sample());
    tokens(row, CHOSEN, pair.chosen());
    tokens(row, REJECTED, pair.rejected());
    return row;
  }

  private static void put(
      ObjectNode row, String column, SamplePrompt prompt, RewardedAnswer answer) {
    if (prompt.chat()) {
      row.putArray(column).addObject().put("role", "assistant").put("content", answer.text());
    } else {
      row.put(column, answer.text());
    }
  }

  private static void tokens(ObjectNode row, String column, RewardedAnswer answer) {
    Arrays.stream(answer.ids()).forEach(row.putArray(column)::add);
  }

  @Override
  public List<PreferencePair> again(int round) {
    List<PreferencePair> pairs = new ArrayList<>();
    RoundRows.lines(rollouts.files(round).pairs(), (row, origin) -> pairs.add(pair(row, origin)));
    return pairs;
  }

  private PreferencePair pair(JsonNode row, RowOrigin origin) {
    int index = row.path("index").asInt(-1);
    if (index < 0 || index >= rows.size()) {
      throw DataException.at(
          origin,
          "is of no prompt of this run; restore the file, or begin a new run under another name");
    }
    Optional<Example> target = rows.get(index).answer();
    if (target.isEmpty() && row.has(TARGET)) {
      target = Optional.of(example(row, TARGET, index, origin));
    }
    return new PreferencePair(
        example(row, CHOSEN, index, origin),
        example(row, REJECTED, index, origin),
        (float) row.path("margin").asDouble(),
        target);
  }

  private Example example(JsonNode row, String column, int index, RowOrigin origin) {
    return prompts.example(index, RoundRows.ids(row, column, origin), origin);
  }

  private void summarise(int round, RolloutStatistics statistics, Writing writing) {
    ObjectNode summary = JsonNodeFactory.instance.objectNode();
    summary.put("round", round);
    summary.put("prompts", rollouts.promptsOfRound());
    statistics.describe(summary);
    summary.put("pairs", writing.pairs);
    ObjectNode leftOut = summary.putObject("left_out");
    leftOut.put("truncated", writing.truncated);
    leftOut.put("unrewarded", statistics.unrewarded());
    RoundWriter.whole(rollouts.files(round).summary(), summary);
  }

  private RolloutException nothing(int round, RolloutStatistics statistics, Writing writing) {
    boolean cut = 2 * writing.truncated >= statistics.answers();
    return new RolloutException(
        String.format(
            Locale.ROOT,
            "round %d makes no pair of its %,d answers (%,d cut at algorithm.maxNewTokens, %,d without"
                + " a reward; mean reward %.4g, each prompt's best %.4g): %s. They are in %s",
            round,
            statistics.answers(),
            writing.truncated,
            statistics.unrewarded(),
            statistics.reward(),
            statistics.best(),
            cut
                ? "raise algorithm.maxNewTokens, fine-tune the model to end its answers, or set"
                    + " algorithm.keepTruncated: true"
                : "all answers to a prompt are worth the same; raise algorithm.samplesPerPrompt or"
                    + " algorithm.temperature, or take a reward that tells them apart",
            rollouts.files(round).samples()));
  }
}
