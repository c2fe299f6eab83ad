package dev.fettle.algorithm.rejection;

import dev.fettle.data.store.ContentKey;
import dev.fettle.rollout.RewardedAnswer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Chooses the answers that are learnt. It is shown all, and holds what choosing needs of each. */
final class Selection {

  /** Why an answer is left out. */
  enum Reason {
    /** It was cut by the limit of new tokens. */
    TRUNCATED,
    /** It has no reward. */
    UNREWARDED,
    /** The prompt has the same answer already. */
    DUPLICATE,
    /** It is worth less than the threshold. */
    BELOW_THRESHOLD,
    /** Others are better. */
    NOT_AMONG_BEST;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is kept, by where it stands.
   *
   * @param round of its samples
   * @param line there, from 1
   */
  record Place(int round, long line) {}

  private record Candidate(Place place, long index, double reward) {
    /**
     * The best first; of equal ones the earlier, so that nothing depends on how they are sorted.
     */
    static final Comparator<Candidate> BEST_FIRST =
        Comparator.comparingDouble((Candidate c) -> -c.reward())
            .thenComparingInt(c -> c.place().round())
            .thenComparingLong(c -> c.place().line());
  }

  private final RejectionSettings settings;
  private final Map<Long, List<Candidate>> byPrompt = new LinkedHashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Map<Reason, Long> leftOut = new TreeMap<>();
  private long shown;

  /** Chooses among answers. */
  Selection(RejectionSettings settings) {
    this.settings = settings;
  }

  /** Shows an answer. */
  void add(Place place, RewardedAnswer answer) {
    shown++;
    if (!answer.stopped() && !settings.keepTruncated()) {
      leaveOut(Reason.TRUNCATED);
    } else if (Double.isNaN(answer.reward())) {
      leaveOut(Reason.UNREWARDED);
    } else if (settings.dedup() && !seen.add(name(answer))) {
      leaveOut(Reason.DUPLICATE);
    } else if (settings.keep().threshold().map(t -> answer.reward() < t).orElse(false)) {
      leaveOut(Reason.BELOW_THRESHOLD);
    } else {
      byPrompt
          .computeIfAbsent(answer.index(), i -> new ArrayList<>())
          .add(new Candidate(place, answer.index(), answer.reward()));
    }
  }

  private static String name(RewardedAnswer answer) {
    return new ContentKey().number(answer.index()).text(answer.text()).hex();
  }

  private void leaveOut(Reason reason) {
    leftOut.merge(reason, 1L, Long::sum);
  }

  /** The places of what is kept, in the order of rounds and lines. */
  Set<Place> kept() {
    List<Candidate> best = new ArrayList<>();
    long met = 0;
    for (List<Candidate> answers : byPrompt.values()) {
      met += answers.size();
      answers.stream()
          .sorted(Candidate.BEST_FIRST)
          .limit(settings.keep().most())
          .forEach(best::add);
    }
    Set<Place> kept = new HashSet<>();
    best.stream()
        .sorted(Candidate.BEST_FIRST)
        .limit(settings.keep().share(shown))
        .forEach(c -> kept.add(c.place()));
    if (met > kept.size()) {
      leftOut.put(Reason.NOT_AMONG_BEST, met - kept.size());
    }
    return kept;
  }

  /** How many answers were left out, and why; whole once {@link #kept} was asked. */
  Map<Reason, Long> leftOut() {
    return leftOut;
  }
}
