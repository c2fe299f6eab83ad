package dev.fettle.checkpoint;

import dev.fettle.train.Progress;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run must know, besides tensors, to go on as if it had not stopped ({@code trainer.json}).
 * Random numbers are drawn by counters, so the seed and the step stand for the generator.
 *
 * @param progress steps taken, the place in the data, tokens trained on
 * @param seed the run's seed
 * @param counters further running totals by name, as rows dropped or completions drawn
 * @param best the best evaluation so far, if there was any
 */
public record TrainerState(
    Progress progress, long seed, Map<String, Long> counters, @Nullable BestEvaluation best) {

  /** Keeps a sorted copy of the counters, so that the same state gives the same bytes. */
  public TrainerState {
    counters = Collections.unmodifiableMap(new TreeMap<>(counters));
  }

  /** The state of a run without further counters or evaluations. */
  public static TrainerState of(Progress progress, long seed) {
    return new TrainerState(progress, seed, Map.of(), null);
  }

  /** Optimizer steps taken. */
  public long step() {
    return progress.step();
  }
}
