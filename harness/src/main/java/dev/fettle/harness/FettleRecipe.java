package dev.fettle.harness;

import dev.fettle.harness.config.Recipe;
import dev.fettle.harness.config.RecipeReader;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.recipe.RecipeReport;
import dev.fettle.harness.recipe.RecipeTraining;
import dev.fettle.harness.recipe.StageException;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunPlan;
import dev.fettle.harness.run.TrainingReport;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Training of a recipe: several runs, one after the other, each of which may start from what
 * earlier ones made. Each stage is a run like one of {@link Fettle}, in a directory of its own.
 *
 * <p>It trains on the calling thread, as {@link Fettle} does, and one call at a time. Any thread
 * may {@link #close} it, which asks the running stage to stop and waits for its checkpoint.
 *
 * <pre>{@code
 * try (FettleRecipe recipe = FettleRecipe.open(Path.of("recipe.yaml"))) {
 *   RecipeReport report = recipe.resume();
 *   report.stages().forEach(s -> System.out.println(s.name() + ": " + s.loss()));
 * }
 * }</pre>
 */
public final class FettleRecipe implements AutoCloseable {
  private final Recipe recipe;
  private final RunOptions options;
  private final ReentrantLock running = new ReentrantLock(true);
  private volatile boolean closed;

  private FettleRecipe(Recipe recipe, RunOptions options) {
    this.recipe = recipe;
    BooleanSupplier asked = options.stopRequested();
    this.options = options.stoppingWhen(() -> closed || asked.getAsBoolean());
  }

  /**
   * Opens a recipe of a file; nothing is shown.
   *
   * @throws dev.fettle.settings.ConfigException with everything that is wrong in any stage
   */
  public static FettleRecipe open(Path file) {
    return open(RecipeReader.read(file), RunOptions.quiet());
  }

  /** Opens a recipe; the options are those of every stage. */
  public static FettleRecipe open(Recipe recipe, RunOptions options) {
    return new FettleRecipe(recipe, options);
  }

  /**
   * Trains all stages, in their order. Ends early, with a checkpoint, if it is asked to stop.
   *
   * @throws dev.fettle.settings.ConfigException if one of them has begun already, or what can be
   *     known of all of them beforehand is wrong
   * @throws dev.fettle.harness.recipe.StageException if a stage fails; its cause is what {@link
   *     Fettle#train} throws
   */
  public RecipeReport train() {
    return alone(training -> training.all(false));
  }

  /**
   * Goes on: finished stages are passed over, one that was stopped goes on from its newest
   * checkpoint, the others begin.
   *
   * @throws dev.fettle.settings.ConfigException if a stage was made from a model of an earlier one
   *     that has been trained anew since: it says which, and what to do
   * @throws dev.fettle.harness.recipe.StageException if a stage fails
   */
  public RecipeReport resume() {
    return alone(training -> training.all(true));
  }

  /**
   * Trains one stage; those it refers to are finished.
   *
   * @throws dev.fettle.settings.ConfigException if they are not, or the stage has begun already
   * @throws dev.fettle.harness.recipe.StageException if it fails
   */
  public RecipeReport train(String stage) {
    return alone(training -> training.one(stage, false));
  }

  /**
   * Goes on with one stage, or begins it; those it refers to are finished.
   *
   * @throws dev.fettle.settings.ConfigException if they are not
   * @throws dev.fettle.harness.recipe.StageException if it fails
   */
  public RecipeReport resume(String stage) {
    return alone(training -> training.one(stage, true));
  }

  /**
   * Finds out what {@link #train(String)} would do, as {@link Fettle#plan} does.
   *
   * @return empty where models that earlier stages make are not there yet: rows, steps and memory
   *     are known when they are
   * @throws dev.fettle.settings.ConfigException if what can be known of all stages is wrong
   * @throws StageException if the stage could not be trained
   */
  public Optional<RunPlan> plan(String stage) {
    requireOpen();
    if (!RecipeTraining.isReady(recipe, options, stage)) {
      return Optional.empty();
    }
    try (Fettle fettle = Fettle.open(recipe.settled(stage), options)) {
      return Optional.of(fettle.plan());
    } catch (RuntimeException e) {
      throw new StageException(stage, e);
    }
  }

  /** What it is opened for. */
  public Recipe recipe() {
    return recipe;
  }

  /** What is to be trained. */
  private interface Asked {
    RecipeReport of(RecipeTraining training);
  }

  private RecipeReport alone(Asked asked) {
    requireOpen();
    if (running.isHeldByCurrentThread() || !running.tryLock()) {
      throw new IllegalStateException(
          "this recipe is training already; wait for its end, or open another one");
    }
    try {
      requireOpen();
      return asked.of(new RecipeTraining(recipe, options, this::stage));
    } finally {
      running.unlock();
    }
  }

  private TrainingReport stage(RunConfig config, boolean resume) {
    try (Fettle fettle = Fettle.open(config, options)) {
      return resume ? fettle.resume() : fettle.train();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this recipe is closed; open it again");
    }
  }

  /**
   * Asks a stage that is going on to stop, and waits until it has written its checkpoint; from one
   * of its own listeners it does not wait.
   */
  @Override
  public void close() {
    closed = true;
    if (running.isHeldByCurrentThread()) {
      return;
    }
    running.lock();
    try {
      // The stage, if there was one, has given everything back.
      closed = true;
    } finally {
      running.unlock();
    }
  }
}
