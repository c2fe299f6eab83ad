package dev.fettle.train;

import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.files.Uninterrupted;
import dev.fettle.spi.support.SoleUse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;

/**
 * The one training loop: takes steps until they are done, the data ends, nothing improves any more,
 * or someone asks to stop; evaluates and writes checkpoints in between. Everything else observes.
 *
 * <p>However it ends, a listener's exception and an interrupt included, what was trained is in a
 * checkpoint, unless the device failed in the midst of an update.
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

  /**
   * Where a loop has ended.
   *
   * @param progress the last checkpoint is of this
   * @param ending why
   */
  public record Reached(Progress progress, Ending ending) {}

  private final Work<B> work;
  private final LoopOptions options;
  private final List<TrainingListener> listeners;
  private final SoleUse guard = new SoleUse("the training loop");

  /** A loop, not yet running. */
  public TrainingLoop(Work<B> work, LoopOptions options, List<TrainingListener> listeners) {
    this.work = work;
    this.options = options;
    this.listeners = List.copyOf(listeners);
  }

  /**
   * Trains from the given progress on; the state and the source must already stand there. Where the
   * thread is interrupted, it is so still when this returns.
   *
   * @return the progress reached
   * @throws DivergenceException if the loss or gradient norm is not finite; a checkpoint of the
   *     step before is written. The same holds for whatever else is thrown, by a listener too
   * @throws IllegalStateException if it is running already
   */
  public Reached run(Progress from) {
    return guard.call(() -> new Run(from).run());
  }

  private boolean finalEvaluationPending(Progress at) {
    return work.evaluation().isPresent() && at.evaluations().last() < at.step();
  }

  /** A course through the loop. */
  private final class Run {
    private final Progress from;

    /** What the policy's state is, at every moment something may be thrown. */
    private Progress now;

    private Progress saved;

    /** Whether the last checkpoint could not be written; the same would happen again. */
    private boolean unsavable;

    Run(Progress from) {
      this.from = from;
      this.now = from;
      this.saved = from;
    }

    Reached run() {
      try {
        tell(l -> l.onStart(from, options.steps()));
        Ending ending = train();
        if (ending.finished()) {
          evaluateIf(finalEvaluationPending(now));
        }
        return end(ending);
      } catch (Throwable e) {
        return afterFailure(e);
      }
    }

    private Ending train() {
      while (true) {
        boolean last = now.step() >= options.steps();
        // Before it is saved, so that a checkpoint knows what its evaluation came to.
        evaluateIf(options.evaluationPending(now) || (last && finalEvaluationPending(now)));
        if (!now.equals(saved) && (due() || isNewBest())) {
          save();
        }
        if (options.exhausted(now)) {
          return Ending.NO_IMPROVEMENT;
        }
        if (last) {
          return Ending.STEPS_TAKEN;
        }
        // Before the first step too: one may have been asked while all was loaded.
        if (Thread.currentThread().isInterrupted()) {
          return Ending.INTERRUPTED;
        }
        if (now.step() > from.step() && work.stopRequested().getAsBoolean()) {
          return Ending.STOP_REQUESTED;
        }
        long start = System.nanoTime();
        Optional<StepBatch<B>> batch = work.source().next();
        if (batch.isEmpty()) {
          return Ending.DATA_OVER;
        }
        step(batch.get(), start);
      }
    }

    private boolean due() {
      long every = options.checkpointEvery();
      return every > 0 && now.step() > 0 && now.step() % every == 0;
    }

    private boolean isNewBest() {
      boolean keep = options.watch().map(Watch::keepBest).orElse(false);
      return keep && now.evaluations().isBestAt(now.step());
    }

    private void step(StepBatch<B> batch, long start) {
      long step = now.step() + 1;
      double learningRate = work.learningRate().applyAsDouble(now.step());
      double compiled = work.stepper().compileSeconds();
      StepResult result = work.stepper().step(batch.microBatches(), step, learningRate);
      long tokens = now.tokens() + batch.tokens();
      now = new Progress(step, batch.after(), tokens, now.evaluations());
      StepEvent event =
          new StepEvent(
              step,
              batch.epoch(),
              learningRate,
              result.metrics(),
              batch.found(),
              batch.tokens(),
              tokens,
              (System.nanoTime() - start) / 1e9,
              work.stepper().compileSeconds() - compiled);
      tell(l -> l.onStep(event));
    }

    private void evaluateIf(boolean wanted) {
      if (wanted) {
        work.evaluation().map(Supplier::get).ifPresent(this::evaluated);
      }
    }

    private void evaluated(StepResult result) {
      Evaluations before = now.evaluations();
      Evaluations seen =
          options
              .watch()
              .map(w -> w.after(before, now.step(), result.metrics()))
              .orElseGet(() -> before.at(now.step()));
      // Before the listeners: one that throws must not have it made again.
      now = now.with(seen);
      tell(l -> l.onEvaluation(now.step(), result));
    }

    private void save() {
      unsavable = true;
      // What is saved of an interrupted run must be whole too.
      Uninterrupted.run(() -> work.checkpointer().save(now));
      unsavable = false;
      saved = now;
      tell(l -> l.onCheckpoint(now));
    }

    private Reached end(Ending ending) {
      if (!now.equals(saved)) {
        save();
      }
      tell(l -> l.onEnd(now, !ending.finished()));
      return new Reached(now, ending);
    }

    /** An interrupt, or a request to stop, may show as an exception: what waits is cut short. */
    private Reached afterFailure(Throwable e) {
      boolean interrupted = Uninterrupted.isInterrupt(e);
      boolean stopped = e instanceof CancellationException && work.stopRequested().getAsBoolean();
      if (work.stepper().intact() && (interrupted || stopped)) {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        return end(stopped ? Ending.STOP_REQUESTED : Ending.INTERRUPTED);
      }
      try {
        if (work.stepper().intact() && !unsavable && !now.equals(saved)) {
          save();
        }
      } catch (RuntimeException | Error second) {
        e.addSuppressed(second);
      }
      throw Uninterrupted.unchecked(e);
    }

    private void tell(Consumer<TrainingListener> of) {
      listeners.forEach(of);
    }
  }
}
