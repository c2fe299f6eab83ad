package dev.fettle.harness.run;

import dev.fettle.algorithm.Algorithms;
import dev.fettle.reward.Rewards;
import dev.fettle.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * How a run is carried out, as opposed to what it is.
 *
 * @param terminal where it shows itself
 * @param dumpGraphs a directory for each compiled program, as text and in the backend's own format
 * @param stopRequested asked after each step; true ends the run with a checkpoint
 * @param listeners told of each step, after the run's own metrics are written
 * @param algorithms what {@code algorithm.type} may name
 * @param rewards what {@code algorithm.reward} may name
 * @param goingOn how the user goes on with a run, for messages
 */
public record RunOptions(
    Terminal terminal,
    Optional<Path> dumpGraphs,
    BooleanSupplier stopRequested,
    List<TrainingListener> listeners,
    Algorithms algorithms,
    Rewards rewards,
    String goingOn) {
  private static final String IN_JAVA = "call resume()";

  /** Copies the list. */
  public RunOptions {
    listeners = List.copyOf(listeners);
  }

  /** Options of a run that nobody else listens to. */
  public RunOptions(Terminal terminal, Optional<Path> dumpGraphs, BooleanSupplier stopRequested) {
    this(
        terminal,
        dumpGraphs,
        stopRequested,
        List.of(),
        Algorithms.discover(),
        Rewards.discover(),
        IN_JAVA);
  }

  /** Shows nothing, dumps nothing, runs to the end. */
  public static RunOptions quiet() {
    return new RunOptions(Terminal.none(), Optional.empty(), () -> false);
  }

  /** Shows itself on standard output. */
  public static RunOptions onTerminal() {
    return new RunOptions(Terminal.system(), Optional.empty(), () -> false);
  }

  /** The same, stopping when asked to. */
  public RunOptions stoppingWhen(BooleanSupplier requested) {
    return new RunOptions(terminal, dumpGraphs, requested, listeners, algorithms, rewards, goingOn);
  }

  /** The same, writing compiled programs to a directory. */
  public RunOptions dumpingTo(Path directory) {
    return new RunOptions(
        terminal, Optional.of(directory), stopRequested, listeners, algorithms, rewards, goingOn);
  }

  /** The same, with one more to be told of each step. */
  public RunOptions toldTo(TrainingListener listener) {
    List<TrainingListener> all = new ArrayList<>(listeners);
    all.add(listener);
    return new RunOptions(terminal, dumpGraphs, stopRequested, all, algorithms, rewards, goingOn);
  }

  /** The same with algorithms of the application's own. */
  public RunOptions withAlgorithms(Algorithms others) {
    return new RunOptions(terminal, dumpGraphs, stopRequested, listeners, others, rewards, goingOn);
  }

  /** The same with reward functions of the application's own. */
  public RunOptions withRewards(Rewards others) {
    return new RunOptions(
        terminal, dumpGraphs, stopRequested, listeners, algorithms, others, goingOn);
  }

  /** The same for users who go on with a run in another way than by a call. */
  public RunOptions goingOnBy(String words) {
    return new RunOptions(
        terminal, dumpGraphs, stopRequested, listeners, algorithms, rewards, words);
  }
}
