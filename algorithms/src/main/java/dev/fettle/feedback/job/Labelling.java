package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.feedback.AiJudge;
import dev.fettle.feedback.Appraisal;
import dev.fettle.feedback.Choice;
import dev.fettle.feedback.Comparison;
import dev.fettle.feedback.Constitution;
import dev.fettle.feedback.Pacing;
import dev.fettle.feedback.Principle;
import dev.fettle.feedback.Rating;
import dev.fettle.feedback.Verdict;
import dev.fettle.feedback.job.LabelOptions.By;
import dev.fettle.feedback.job.LabelOptions.Compare;
import dev.fettle.sample.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Labels answers: which of two keeps better to a principle of the constitution, drawn for their
 * row. A pair is written where the judge decides for one, as {@link LabelOptions} say.
 *
 * @param judge that is asked
 * @param constitution it judges by
 * @param seed by which principles are drawn
 */
public record Labelling(AiJudge judge, Constitution constitution, long seed, LabelOptions options)
    implements RowWork {

  /** Two answers of a row, by their places. */
  private record Two(int first, int second) {}

  private static final class Work {
    private final FeedbackRow row;
    private final Principle principle;
    private final List<Two> pairs;
    private final LogLines log;

    Work(FeedbackRow row, Principle principle, List<Two> pairs, LogLines log) {
      this.row = row;
      this.principle = principle;
      this.pairs = pairs;
      this.log = log;
    }

    Comparison comparison(Two two) {
      return new Comparison(row.text(), answer(two.first()), answer(two.second()), principle);
    }

    String answer(int place) {
      return row.answers().get(place);
    }
  }

  @Override
  public List<List<ObjectNode>> of(List<FeedbackRow> rows) {
    List<Work> works = rows.stream().map(this::work).toList();
    if (options.by() == By.SCORE) {
      score(works);
    } else {
      compare(works);
    }
    return works.stream().map(w -> w.log.end()).toList();
  }

  private Work work(FeedbackRow row) {
    LogLines log = new LogLines(row.number());
    List<Two> pairs = new ArrayList<>();
    int answers = row.answers().size();
    for (int i = 0; i < answers; i++) {
      boolean all = options.compare() == Compare.ALL;
      int last = all ? answers : Math.min(answers, i % 2 == 0 ? i + 2 : i);
      for (int j = i + 1; j < last; j++) {
        if (row.answers().get(i).strip().equals(row.answers().get(j).strip())) {
          log.counts().add(Count.SAME, 1);
        } else {
          pairs.add(new Two(i, j));
        }
      }
    }
    return new Work(row, constitution.of(seed, row.number(), 0), pairs, log);
  }

  private void compare(List<Work> works) {
    List<Comparison> asked = new ArrayList<>();
    for (Work work : works) {
      for (Two two : work.pairs) {
        asked.add(work.comparison(two));
        if (options.bothOrders()) {
          asked.add(work.comparison(two).swapped());
        }
      }
    }
    List<Verdict> verdicts = judge.compareAll(asked);
    int next = 0;
    for (Work work : works) {
      for (Two two : work.pairs) {
        Verdict given = verdicts.get(next++);
        log(work, two, "given", given);
        if (options.bothOrders()) {
          Verdict swapped = verdicts.get(next++);
          log(work, two, "swapped", swapped);
          decide(work, two, Decision.of(given, swapped.swapped(), options));
        } else {
          decide(work, two, Decision.of(given, given, options));
        }
      }
    }
  }

  private static void log(Work work, Two two, String order, Verdict verdict) {
    ObjectNode line = work.log.add("verdict");
    line.putArray("answers").add(two.first()).add(two.second());
    line.put("order", order).put("principle", work.principle.name());
    work.log.asked(line, verdict.asked());
    line.put("verdict", verdict.choice().name().toLowerCase(Locale.ROOT));
    verdict.probability().ifPresent(p -> line.put("probability", p));
  }

  private void decide(Work work, Two two, Decision decision) {
    decision.count(work.log.counts());
    String first = work.answer(two.first());
    String second = work.answer(two.second());
    switch (decision.choice()) {
      case FIRST -> pair(work, first, second);
      case SECOND -> pair(work, second, first);
      case TIE, UNDECIDED -> {
        if (options.keepUndecided()) {
          ObjectNode row = work.row.toRow();
          row.putArray("answers").add(work.row.answer(first)).add(work.row.answer(second));
          row.put("principle", work.principle.name()).put("why", decision.why());
          work.log.undecided(row);
        }
      }
    }
  }

  private static void pair(Work work, String chosen, String rejected) {
    ObjectNode pair = work.row.pair(chosen, rejected);
    pair.put("principle", work.principle.name());
    work.log.pair(pair);
  }

  private void score(List<Work> works) {
    List<Appraisal> asked = new ArrayList<>();
    for (Work work : works) {
      for (String answer : work.row.answers()) {
        asked.add(new Appraisal(work.row.text(), answer, work.principle, constitution.scale()));
      }
    }
    List<Rating> ratings = judge.rateAll(asked);
    int next = 0;
    for (Work work : works) {
      List<Rating> own = ratings.subList(next, next + work.row.answers().size());
      next += own.size();
      for (int i = 0; i < own.size(); i++) {
        ObjectNode line = work.log.add("rating");
        line.put("answer", i).put("principle", work.principle.name());
        work.log.asked(line, own.get(i).asked());
        own.get(i).score().ifPresent(s -> line.put("score", s));
      }
      for (Two two : work.pairs) {
        decide(work, two, Decision.of(own.get(two.first()), own.get(two.second()), options));
      }
    }
  }

  @Override
  public int questions(FeedbackRow row) {
    int answers = row.answers().size();
    if (options.by() == By.SCORE) {
      return answers;
    }
    int pairs = options.compare() == Compare.ALL ? answers * (answers - 1) / 2 : answers / 2;
    return Math.max(1, options.bothOrders() ? 2 * pairs : pairs);
  }

  @Override
  public Pacing pacing() {
    return judge.pacing();
  }

  @Override
  public Origin origin() {
    return Origin.none()
        .with("judge", judge.identity())
        .with("constitution", constitution.key())
        .with("seed", seed)
        .with("labels", options);
  }

  /** What the verdicts of a pair come to. */
  private record Decision(Choice choice, String why, Count counted, boolean first, boolean second) {

    private static Decision undecided() {
      return new Decision(Choice.UNDECIDED, "undecided", Count.UNDECIDED, false, false);
    }

    private static Decision tie() {
      return new Decision(Choice.TIE, "tie", Count.TIES, false, false);
    }

    private static Decision of(Choice choice) {
      return new Decision(choice, "", Count.PAIRS, false, false);
    }

    /**
     * Of both orders.
     *
     * @param swapped as if the answers had stood in the given order
     */
    static Decision of(Verdict given, Verdict swapped, LabelOptions options) {
      if (given.choice() == Choice.UNDECIDED || swapped.choice() == Choice.UNDECIDED) {
        return undecided();
      }
      if (options.decide() == LabelOptions.Decide.MEAN) {
        double beyond = (probability(given) + probability(swapped)) / 2 - 0.5;
        return Math.abs(beyond) <= Math.max(options.gap(), 1e-9)
            ? tie()
            : of(beyond > 0 ? Choice.FIRST : Choice.SECOND);
      }
      if (given.choice() != swapped.choice()) {
        boolean first = given.choice() == Choice.FIRST && swapped.choice() == Choice.SECOND;
        boolean second = given.choice() == Choice.SECOND && swapped.choice() == Choice.FIRST;
        return new Decision(Choice.UNDECIDED, "disagreement", Count.DISAGREEMENTS, first, second);
      }
      return given.choice() == Choice.TIE ? tie() : of(given.choice());
    }

    private static double probability(Verdict verdict) {
      return verdict
          .probability()
          .orElse(
              switch (verdict.choice()) {
                case FIRST -> 1;
                case SECOND -> 0;
                default -> 0.5;
              });
    }

    static Decision of(Rating first, Rating second, LabelOptions options) {
      if (first.score().isEmpty() || second.score().isEmpty()) {
        return undecided();
      }
      double difference = first.score().getAsDouble() - second.score().getAsDouble();
      return Math.abs(difference) <= Math.max(options.gap(), 1e-9)
          ? tie()
          : of(difference > 0 ? Choice.FIRST : Choice.SECOND);
    }

    void count(Counts counts) {
      // A pair is counted where it is written.
      if (counted != Count.PAIRS) {
        counts.add(counted, 1);
      }
      counts.add(Count.FIRST_TWICE, first ? 1 : 0);
      counts.add(Count.SECOND_TWICE, second ? 1 : 0);
    }
  }
}
