package dev.fettle.algorithm.rejection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.algorithm.RunSite;
import dev.fettle.algorithm.rejection.Selection.Place;
import dev.fettle.data.Example;
import dev.fettle.data.batch.Order;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rounds of rejection sampling: each samples, keeps, and learns what it kept. */
final class RejectionRounds implements RoundSource.Rounds<Example> {
  private final RejectionSettings settings;
  private final Rollouts rollouts;
  private final RoundPrompts prompts;
  private final RunSite site;
  private final long seed;

  RejectionRounds(
      RejectionSettings settings, Rollouts rollouts, RoundPrompts prompts, RolloutRun run) {
    this.settings = settings;
    this.rollouts = rollouts;
    this.prompts = prompts;
    this.site = run.site();
    this.seed = run.course().seed();
  }

  /** The rows of a round as they are counted while they are written. */
  private static final class Tally {
    private long kept;
    private double rewards;
    private long previous;

    void add(RewardedAnswer answer) {
      kept++;
      rewards += answer.reward();
    }
  }

  @Override
  public RoundSource.Begun<Example> begin(int round) {
    Rollout rollout = rollouts.run(round, settings.rounds());
    RoundFiles files = rollouts.files(round);
    Selection selection = new Selection(settings);
    List<Integer> rounds = IntStream.rangeClosed(first(round), round).boxed().toList();
    rounds.forEach(
        r ->
            RoundRows.answers(
                rollouts.files(r),
                (answer, origin) -> selection.add(new Place(r, origin.number()), answer)));
    Set<Place> kept = selection.kept();
    Tally tally = new Tally();
    try (RoundWriter out = RoundWriter.begin(files.kept())) {
      rounds.forEach(r -> write(r, kept, out, tally));
      previous(round, out, tally);
      out.finish();
    }
    summarise(round, rollout.statistics(), selection, tally);
    if (tally.kept + tally.previous == 0) {
      throw nothing(round, rollout.statistics(), selection);
    }
    Map<String, Double> found = new LinkedHashMap<>(rollout.metrics());
    found.put("kept", (double) (tally.kept + tally.previous));
    tell(round, rollout, tally);
    return new RoundSource.Begun<>(again(round), found);
  }

  /** The first round whose answers are chosen from. */
  private int first(int round) {
    return settings.bestSoFar() ? 1 : round;
  }

  private void write(int round, Set<Place> kept, RoundWriter out, Tally tally) {
    RoundRows.answers(
        rollouts.files(round),
        (answer, origin) -> {
          if (kept.contains(new Place(round, origin.number()))) {
            SamplePrompt prompt = prompts.of(answer, origin);
            out.add(row(round, prompt, answer));
            tally.add(answer);
          }
        });
  }

  /** As supervised fine-tuning reads it, and with what tells where it is from. */
  private static ObjectNode row(int round, SamplePrompt prompt, RewardedAnswer answer) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    JsonNode asked = prompt.row().path("prompt");
    row.set("prompt", asked.isMissingNode() ? row.textNode(prompt.text()) : asked);
    if (prompt.chat()) {
      row.putArray("completion").addObject().put("role", "assistant").put("content", answer.text());
    } else {
      row.put("completion", answer.text());
    }
    row.put("reward", answer.reward());
    row.put("round", round).put("index", answer.index()).put("sample", answer.sample());
    row.put("stopped", answer.stopped());
    Arrays.stream(answer.ids()).forEach(row.putArray("ids")::add);
    return row;
  }

  /** Adds a share of what the rounds before kept of their own. */
  private void previous(int round, RoundWriter out, Tally tally) {
    if (settings.mixPrevious() == 0 || round == 1) {
      return;
    }
    List<JsonNode> rows = new ArrayList<>();
    for (int r = 1; r < round; r++) {
      int own = r;
      RoundRows.lines(
          rollouts.files(r).kept(),
          (row, origin) -> {
            if (row.path("round").asInt() == own) {
              rows.add(row);
            }
          });
    }
    int[] visits = Order.shuffled(seed).visits(round, rows.size());
    int count = (int) Math.ceil(settings.mixPrevious() * rows.size() - 1e-9);
    Arrays.stream(visits).limit(count).sorted().forEach(i -> out.add(rows.get(i)));
    tally.previous = count;
  }

  @Override
  public List<Example> again(int round) {
    List<Example> examples = new ArrayList<>();
    RoundRows.lines(
        rollouts.files(round).kept(),
        (row, origin) -> {
          RewardedAnswer answer = RoundRows.answer(row, origin);
          examples.add(prompts.example(answer, origin));
        });
    return examples;
  }

  private void summarise(
      int round, RolloutStatistics statistics, Selection selection, Tally tally) {
    ObjectNode summary = JsonNodeFactory.instance.objectNode();
    summary.put("round", round);
    summary.put("prompts", rollouts.promptsOfRound());
    statistics.describe(summary);
    summary.put("kept", tally.kept);
    summary.put("kept_of_previous", tally.previous);
    if (tally.kept > 0) {
      RoundWriter.number(summary, "kept_reward", tally.rewards / tally.kept);
    }
    ObjectNode leftOut = summary.putObject("left_out");
    selection.leftOut().forEach((reason, count) -> leftOut.put(reason.toString(), count));
    RoundWriter.whole(rollouts.files(round).summary(), summary);
  }

  private void tell(int round, Rollout rollout, Tally tally) {
    RolloutStatistics statistics = rollout.statistics();
    site.tell(
        String.format(
            Locale.ROOT,
            "round %d of %d: %,d answers, mean reward %.4g, each prompt's best %.4g; %,d kept%s",
            round,
            settings.rounds(),
            statistics.answers(),
            statistics.reward(),
            statistics.best(),
            tally.kept,
            tally.previous > 0 ? ", " + tally.previous + " of earlier rounds" : ""));
  }

  private RolloutException nothing(int round, RolloutStatistics statistics, Selection selection) {
    String reasons =
        selection.leftOut().entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "));
    return new RolloutException(
        String.format(
            Locale.ROOT,
            "round %d keeps none of its %,d answers (%s; mean reward %.4g, each prompt's best %.4g):"
                + " %s. They are in %s",
            round,
            statistics.answers(),
            reasons,
            statistics.reward(),
            statistics.best(),
            advice(selection),
            rollouts.files(round).samples()));
  }

  private String advice(Selection selection) {
    Map<Selection.Reason, Long> out = selection.leftOut();
    Selection.Reason most =
        out.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse(Selection.Reason.UNREWARDED);
    return switch (most) {
      case TRUNCATED ->
          "raise algorithm.maxNewTokens, fine-tune the model to end its answers, or set"
              + " algorithm.keepTruncated: true";
      case UNREWARDED -> "the reward gives no number to any of them; check algorithm.reward";
      case BELOW_THRESHOLD, DUPLICATE, NOT_AMONG_BEST ->
          "lower algorithm.keep.threshold, raise algorithm.samplesPerPrompt, or"
              + " begin with a model that answers some prompts well";
    };
  }
}
