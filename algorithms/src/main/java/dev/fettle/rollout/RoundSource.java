package dev.fettle.rollout;

import dev.fettle.data.Sized;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.Cursor;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.read.DataException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Batches of a run in rounds. The steps of the run are shared out to the rounds beforehand, so that
 * their number, and with it the learning rate of each, is known before the first. When a round's
 * first step is asked for, its examples are made, by sampling from the policy as it then is; its
 * steps walk over them in reshuffled passes.
 *
 * <p>It works on the training thread alone.
 *
 * @param <E> an example
 * @param <B> the micro-batch
 */
public final class RoundSource<E extends Sized, B> implements BatchSource<B> {
  private static final String STEP = "step";

  /**
   * What a round learns from.
   *
   * @param <E> an example
   */
  public interface Rounds<E> {

    /**
     * Begins a round: samples, chooses, writes down what is chosen.
     *
     * @throws RolloutException if nothing is left to learn from
     */
    Begun<E> begin(int round);

    /**
     * The examples of a round that was begun before, from its files.
     *
     * @throws DataException if these cannot be read
     */
    List<E> again(int round);
  }

  /**
   * A round's beginning.
   *
   * @param <E> an example
   * @param examples at least one
   * @param found what is logged with its first step
   */
  public record Begun<E>(List<E> examples, Map<String, Double> found) {}

  private final Rounds<E> rounds;
  private final StepLayout<E, B> layout;
  private final RoundSchedule schedule;
  private final long stepsPerEpoch;
  private final String data;
  private int round;
  private long stepOfRound;
  private long step;
  private Optional<RoundSteps<E, B>> steps = Optional.empty();

  /**
   * A source before its first round.
   *
   * @param stepsPerEpoch of all rounds together
   * @param data identifies the prompts, for a cursor before the first round
   */
  public RoundSource(
      Rounds<E> rounds,
      StepLayout<E, B> layout,
      RoundSchedule schedule,
      long stepsPerEpoch,
      String data) {
    this.rounds = rounds;
    this.layout = layout;
    this.schedule = schedule;
    this.stepsPerEpoch = stepsPerEpoch;
    this.data = data;
  }

  @Override
  public Optional<StepBatch<B>> next() {
    // A run that is given other rounds or steps while it rests never goes back to an earlier one.
    int due = Math.max(round, schedule.roundOf(step + 1));
    Map<String, Double> found = Map.of();
    if (due != round) {
      // Before it is made, so that two rounds' examples never lie in memory together.
      steps = Optional.empty();
      Begun<E> begun = rounds.begin(due);
      steps = Optional.of(layout.over(begun.examples(), due));
      found = begun.found();
      round = due;
      stepOfRound = 0;
    }
    RoundSteps<E, B> of = steps.orElseThrow();
    RoundSteps.Step<B> made = of.step(stepOfRound);
    stepOfRound++;
    step++;
    double epoch = (double) step / stepsPerEpoch;
    return Optional.of(new StepBatch<>(made.microBatches(), made.tokens(), cursor(), epoch, found));
  }

  @Override
  public Cursor cursor() {
    String rows = steps.map(RoundSteps::fingerprint).orElse(data);
    return new Cursor(round, stepOfRound, rows, Map.of(STEP, (double) step));
  }

  @Override
  public void seek(Cursor cursor) {
    round = Math.toIntExact(cursor.epoch());
    stepOfRound = cursor.index();
    step = cursor.state().getOrDefault(STEP, 0.0).longValue();
    steps = round == 0 ? Optional.empty() : Optional.of(layout.over(rounds.again(round), round));
    String now = cursor().data();
    if (!cursor.data().equals(now)) {
      throw new DataException(
          (round == 0 ? "the prompts are" : "what round " + round + " learns from is")
              + " not what it was when the checkpoint was written (rows, tokenizer, maxLength,"
              + " packing, seed or rounds/ changed: "
              + cursor.data()
              + " then, "
              + now
              + " now); restore it, or start a new run");
    }
  }

  @Override
  public long stepsPerEpoch() {
    return stepsPerEpoch;
  }

  @Override
  public void close() {}
}
