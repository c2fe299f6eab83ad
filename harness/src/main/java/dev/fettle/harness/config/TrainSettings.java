package dev.fettle.harness.config;

import dev.fettle.algorithm.RunLength;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import dev.fettle.train.LoopOptions;
import dev.fettle.train.Watch;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Section {@code train}: how long, in what portions, and what is kept.
 *
 * @param steps optimizer steps; give this or {@code epochs}
 * @param epochs passes over the rows, 0.5 for half of one; without meaning where there are steps
 * @param batchSize rows of one optimizer step
 * @param microBatchSize rows run at once; changes memory and speed only
 * @param evalEvery steps between evaluations; 0: only after the last
 * @param evalAtStart whether there is an evaluation before the first step
 * @param checkpointEvery steps between checkpoints; 0: only after the last
 * @param keep newest checkpoints kept; 0 keeps all
 * @param keepBest by what the best one is kept too, if it is
 * @param earlyStopping when training ends for want of improvement, if it does
 * @param logEvery steps between rows of metrics
 */
public record TrainSettings(
    Optional<Long> steps,
    double epochs,
    int batchSize,
    int microBatchSize,
    long evalEvery,
    boolean evalAtStart,
    long checkpointEvery,
    int keep,
    Optional<KeepBest> keepBest,
    Optional<EarlyStopping> earlyStopping,
    long logEvery) {

  /** The defaults. */
  public static final TrainSettings DEFAULT =
      new TrainSettings(
          Optional.empty(), 1, 8, 8, 0, false, 500, 3, Optional.empty(), Optional.empty(), 1);

  static final Keys<TrainSettings> KEYS =
      Keys.of(
              TrainSettings.class,
              Key.whole("steps", Range.atLeast(1), "optimizer steps; give this or `epochs`")
                  .optional()
                  .also("max_steps"),
              Key.number("epochs", Range.above(0), "passes over the rows; 0.5 is half of one")
                  .otherwise(DEFAULT.epochs())
                  .insteadOf("steps", "keep one")
                  .also("num_train_epochs", "num_epochs"),
              Key.size(
                      "batchSize",
                      Range.atLeast(1),
                      "rows of one optimizer step: packed rows where packing is on")
                  .otherwise(DEFAULT.batchSize())
                  .also("global_batch_size"),
              Key.size(
                      "microBatchSize",
                      Range.atLeast(1),
                      "rows run at once: changes memory and speed only")
                  .sameAs("batchSize")
                  .also("micro_batch_size"),
              Key.whole(
                      "evalEvery",
                      Range.atLeast(0),
                      "steps between evaluations; 0: only after the last")
                  .otherwise(DEFAULT.evalEvery())
                  .also("eval_steps"),
              Key.flag("evalAtStart", "whether there is an evaluation before the first step")
                  .otherwise(DEFAULT.evalAtStart())
                  .also("eval_on_start"),
              Key.whole(
                      "checkpointEvery",
                      Range.atLeast(0),
                      "steps between checkpoints; 0: only after the last")
                  .otherwise(DEFAULT.checkpointEvery())
                  .also("save_steps"),
              Key.size("keep", Range.atLeast(0), "newest checkpoints kept; 0: all")
                  .otherwise(DEFAULT.keep())
                  .also("save_total_limit"),
              Key.section(
                      "keepBest",
                      KeepBest.KEYS,
                      "keeps the checkpoint of the best evaluation beside the newest; written as"
                          + " `keepBest: {}` for the defaults below")
                  .optional("the newest alone are kept"),
              Key.section(
                      "earlyStopping",
                      EarlyStopping.KEYS,
                      "ends the training when the metric of `keepBest`, or `eval_loss`, no longer"
                          + " improves")
                  .optional("all steps are taken"),
              Key.whole("logEvery", Range.atLeast(1), "steps between rows of metrics")
                  .otherwise(DEFAULT.logEvery())
                  .also("logging_steps"))
          .rule(
              "microBatchSize",
              t -> t.microBatchSize() <= t.batchSize(),
              t -> "is " + t.microBatchSize() + ", more than the batchSize of " + t.batchSize())
          .rule(
              "earlyStopping",
              t -> t.earlyStopping().isEmpty() || t.evalEvery() > 0,
              t -> "compares evaluations; set train.evalEvery, the steps between them")
          .note(
              "that is train.microBatchSize here; train.batchSize counts the rows of a whole step",
              "per_device_train_batch_size")
          .note("evaluation runs train.microBatchSize rows at once", "per_device_eval_batch_size")
          .note(
              "it follows from train.batchSize, the rows of a whole step, and"
                  + " train.microBatchSize, the rows run at once",
              "gradient_accumulation_steps");

  /** The metric by which evaluations are compared, if they are. */
  public Optional<Watch> watch() {
    if (keepBest.isEmpty() && earlyStopping.isEmpty()) {
      return Optional.empty();
    }
    KeepBest by = keepBest.orElse(KeepBest.BY_LOSS);
    return Optional.of(
        new Watch(
            by.name(),
            by.lower(),
            keepBest.isPresent(),
            earlyStopping.map(EarlyStopping::patience).orElse(0),
            earlyStopping.map(EarlyStopping::minDelta).orElse(0.0)));
  }

  /** When a loop of so many steps does what. */
  public LoopOptions loop(long of) {
    return new LoopOptions(of, evalEvery, evalAtStart, checkpointEvery, watch());
  }

  /** Whether {@code final/} is the best model rather than the last. */
  public boolean bestIsFinal() {
    return keepBest.map(KeepBest::asFinal).orElse(false);
  }

  /** How long the run is. */
  public RunLength length() {
    return new RunLength(steps.map(OptionalLong::of).orElse(OptionalLong.empty()), epochs);
  }

  /** The optimizer steps of the whole run. */
  public long totalSteps(long stepsPerEpoch) {
    return length().steps(stepsPerEpoch);
  }
}
