package dev.fettle.algorithm;

import dev.fettle.checkpoint.CheckpointTensors;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.objective.Objective;
import dev.fettle.train.StepHook;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.TrainingListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an algorithm trains with.
 *
 * @param <B> the micro-batch
 * @param objective the loss
 * @param source gives the batches; closed by the run
 * @param evaluation what an evaluation computes, if there is anything to evaluate on
 * @param listeners told of each step, before the user's own
 * @param notes what the user should know before the first step, one phrase each
 * @param hook takes part in each step
 * @param kept what the hook keeps, beside the policy and the optimizer, that a resumed run needs
 * @param rates parameters that learn at a rate of their own
 */
public record Training<B>(
    Objective<B> objective,
    BatchSource<B> source,
    Optional<Function<Stepper<B>, StepResult>> evaluation,
    List<TrainingListener> listeners,
    List<String> notes,
    StepHook hook,
    CheckpointTensors kept,
    OwnRate rates) {

  /** Copies the lists. */
  public Training {
    listeners = List.copyOf(listeners);
    notes = List.copyOf(notes);
  }

  /** Training without evaluation. */
  public static <B> Training<B> of(Objective<B> objective, BatchSource<B> source) {
    return new Training<>(
        objective,
        source,
        Optional.empty(),
        List.of(),
        List.of(),
        StepHook.NONE,
        CheckpointTensors.none(),
        OwnRate.NONE);
  }

  /**
   * The same, evaluated by the objective's own loss on micro-batches; none for no evaluation.
   *
   * @param microBatches as {@link BatchSource#portions} gives them; walked twice an evaluation
   */
  public Training<B> evaluatedOn(Iterable<B> microBatches) {
    return microBatches.iterator().hasNext()
        ? evaluatedBy(stepper -> stepper.evaluate(microBatches))
        : this;
  }

  /**
   * The same, evaluated on several sets, each by the objective's own loss; a metric of a set with a
   * name is called by both, as {@code hard_loss}.
   *
   * @param sets micro-batches by the name of their set
   */
  public Training<B> evaluatedOnEach(Map<String, ? extends Iterable<B>> sets) {
    if (sets.isEmpty()) {
      return this;
    }
    return evaluatedBy(
        stepper -> {
          Map<String, Double> all = new LinkedHashMap<>();
          sets.forEach(
              (name, microBatches) -> {
                String prefix = name.isEmpty() ? "" : name + "_";
                stepper
                    .evaluate(microBatches)
                    .metrics()
                    .forEach((metric, value) -> all.put(prefix + metric, value));
              });
          return new StepResult(all);
        });
  }

  /** The same, evaluated otherwise. */
  public Training<B> evaluatedBy(Function<Stepper<B>, StepResult> other) {
    return new Training<>(
        objective, source, Optional.of(other), listeners, notes, hook, kept, rates);
  }

  /** The same, with these told of each step. */
  public Training<B> toldTo(List<TrainingListener> others) {
    return new Training<>(objective, source, evaluation, others, notes, hook, kept, rates);
  }

  /** The same with something to say before the first step. */
  public Training<B> noting(List<String> others) {
    return new Training<>(objective, source, evaluation, listeners, others, hook, kept, rates);
  }

  /**
   * The same with something that takes part in each step.
   *
   * @param state what it keeps that a resumed run needs, saved with every checkpoint
   */
  public Training<B> joinedBy(StepHook other, CheckpointTensors state) {
    return new Training<>(objective, source, evaluation, listeners, notes, other, state, rates);
  }

  /** The same with a learning rate of their own for some parameters. */
  public Training<B> at(OwnRate others) {
    return new Training<>(objective, source, evaluation, listeners, notes, hook, kept, others);
  }
}
