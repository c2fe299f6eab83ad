package dev.fettle.train;

import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.StepBatch;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;

/**
 * The one training loop: takes steps until they are done, the data ends or someone asks to stop;
 * evaluates and writes checkpoints in between. Everything else observes.
 *
 * @param <B> the micro-batch of what is trained
 */
public final class TrainingLoop<B> {

  /**
   * What a loop works with.
   *
   * @param <B> the micro-batch
   * @param stepper takes the steps
   * @param source gives the batches
   * @param learningRate by step, from 0
   * @param evaluation computes the evaluation metrics, if there is evaluation data
   * @param checkpointer writes checkpoints
   * @param stopRequested asked after each step
   */
  public record Work<B>(
      Stepper<B> stepper,
      BatchSource<B> source,
      LongToDoubleFunction learningRate,
      Optional<Supplier<StepResult>> evaluation,
      Checkpointer checkpointer,
      BooleanSupplier stopRequested) {}

  private final Work<B> work;
  private final LoopOptions options;
  private final List<TrainingListener> listeners;

  /** A loop, not yet running. */
  public TrainingLoop(Work<B> work, LoopOptions options, List<TrainingListener> listeners) {
    this.work = work;
    this.options = options;
    this.listeners = List.copyOf(listeners);
  }

  /**
   * Trains from the given progress on; the state and the source must already stand there.
   *
   * @return the progress reached
   * @throws DivergenceException if the loss or gradient norm is not finite; a checkpoint of the
   *     step before is written
   */
  public Progress run(Progress from) {
    listeners.forEach(l -> l.onStart(from, options.steps()));
    Progress now = from;
    long saved = from.step();
    boolean stopped = false;
    while (now.step() < options.steps() && !stopped) {
      long start = System.nanoTime();
      Optional<StepBatch<B>> batch = work.source().next();
      if (batch.isEmpty()) {
        break;
      }
      now = stepOrSave(now, batch.get(), start, saved);
      if (due(options.evalEvery(), now.step())) {
        evaluate(now);
      }
      if (due(options.checkpointEvery(), now.step())) {
        save(now);
        saved = now.step();
      }
      stopped = now.step() < options.steps() && work.stopRequested().getAsBoolean();
    }
    finish(now, saved, stopped);
    return now;
  }

  private void finish(Progress now, long saved, boolean stopped) {
    if (!stopped && !due(options.evalEvery(), now.step())) {
      evaluate(now);
    }
    if (saved < now.step()) {
      save(now);
    }
    listeners.forEach(l -> l.onEnd(now, stopped));
  }

  private static boolean due(long every, long step) {
    return every > 0 && step % every == 0;
  }

  /** Divergence is found before the update, so what the step began with can still be saved. */
  private Progress stepOrSave(Progress before, StepBatch<B> batch, long start, long saved) {
    try {
      return step(before, batch, start);
    } catch (DivergenceException e) {
      if (saved < before.step()) {
        save(before);
      }
      throw e;
    }
  }

  private Progress step(Progress before, StepBatch<B> batch, long start) {
    long step = before.step() + 1;
    double learningRate = work.learningRate().applyAsDouble(before.step());
    StepResult result = work.stepper().step(batch.microBatches(), step, learningRate);
    Progress after = new Progress(step, batch.after(), before.tokens() + batch.tokens());
    StepEvent event =
        new StepEvent(
            step,
            batch.epoch(),
            learningRate,
            result.metrics(),
            batch.tokens(),
            after.tokens(),
            (System.nanoTime() - start) / 1e9);
    listeners.forEach(l -> l.onStep(event));
    return after;
  }

  private void evaluate(Progress now) {
    work.evaluation()
        .map(Supplier::get)
        .ifPresent(result -> listeners.forEach(l -> l.onEvaluation(now.step(), result)));
  }

  private void save(Progress now) {
    work.checkpointer().save(now);
    listeners.forEach(l -> l.onCheckpoint(now));
  }
}
