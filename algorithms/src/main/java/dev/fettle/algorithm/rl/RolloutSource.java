package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.RunSite;
import dev.fettle.algorithm.rl.RolloutMaker.Made;
import dev.fettle.checkpoint.Checkpoint;
import dev.fettle.checkpoint.CheckpointException;
import dev.fettle.checkpoint.CheckpointStore;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.Cursor;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.read.DataException;
import dev.fettle.rollout.RoundSteps;
import dev.fettle.rollout.StepLayout;
import dev.fettle.train.StepEvent;
import dev.fettle.train.TrainingListener;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches of reinforcement learning: a rollout, made when its first step is asked for, by the
 * policy as it then is; its steps, in one pass or several; then the next rollout. It works on the
 * training thread alone.
 *
 * <p>A rollout of one step is made again by a run that is resumed there, bit by bit. One of several
 * steps is read back from the run's directory, since the policy that made it is gone.
 */
final class RolloutSource implements BatchSource<TrajectoryBatch>, TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(RolloutSource.class);
  private static final String STEP = "step";
  private static final String STEPS = "steps_of_rollout";

  private final RolloutMaker maker;
  private final Course course;
  private final StepLayout<Trajectory, TrajectoryBatch> layout;
  private final KlSettings near;
  private final RunSite site;
  private RlState state;
  private int rollout;
  private long stepOfRollout;
  private long step;
  private double klCoefficient;
  private Optional<RoundSteps<Trajectory, TrajectoryBatch>> steps = Optional.empty();
  private List<Trajectory> trajectories = List.of();
  private boolean tidied;
  private double making;
  private double training;

  /**
   * How a run goes.
   *
   * @param stepsPerPass over a rollout
   * @param passes over it
   * @param rolloutsPerEpoch so that every prompt is asked once
   * @param data identifies prompts and seed
   */
  record Course(long stepsPerPass, int passes, long rolloutsPerEpoch, String data) {
    long stepsPerRollout() {
      return stepsPerPass * passes;
    }
  }

  RolloutSource(
      RolloutMaker maker,
      Course course,
      StepLayout<Trajectory, TrajectoryBatch> layout,
      KlSettings near,
      RunSite site) {
    this.maker = maker;
    this.course = course;
    this.layout = layout;
    this.near = near;
    this.site = site;
    this.state = RlState.first(near);
  }

  @Override
  public Optional<StepBatch<TrajectoryBatch>> next() {
    long start = System.nanoTime();
    Map<String, Double> found = Map.of();
    if (isOver()) {
      Made made = begin();
      if (near.stopAbove().isPresent()
          && made.found().getOrDefault("kl", 0.0) > near.stopAbove().get()) {
        tooFar(made.found().getOrDefault("kl", 0.0));
        return Optional.empty();
      }
      found = made.found();
    }
    RoundSteps.Step<TrajectoryBatch> made = steps.orElseThrow().step(stepOfRollout);
    stepOfRollout++;
    step++;
    making = (System.nanoTime() - start) / 1e9;
    double epoch = (rollout - 1 + (double) stepOfRollout / course.stepsPerRollout());
    return Optional.of(
        new StepBatch<>(
            made.microBatches().stream().map(b -> b.costing(klCoefficient)).toList(),
            made.tokens(),
            cursor(),
            epoch / course.rolloutsPerEpoch(),
            found));
  }

  private boolean isOver() {
    if (steps.isEmpty() || stepOfRollout >= course.stepsPerRollout()) {
      return true;
    }
    boolean newPass = stepOfRollout > 0 && stepOfRollout % course.stepsPerPass() == 0;
    return newPass && near.passLimit().map(most -> maker.moved(trajectories) > most).orElse(false);
  }

  private Made begin() {
    // Before it is made, so that two rollouts never lie in memory together.
    steps = Optional.empty();
    trajectories = List.of();
    int next = rollout + 1;
    Made made = maker.make(next, state);
    Map<String, Double> found = new LinkedHashMap<>(made.found());
    if (training > 0) {
      found.put("timing/train", training);
    }
    training = 0;
    if (course.stepsPerRollout() > 1) {
      RolloutTable.writeTokens(site.directory(), next, made.trajectories(), made.klCoefficient());
    }
    if (course.stepsPerRollout() > 1 || !tidied) {
      RolloutTable.keepTokens(site.directory(), needed(next));
      tidied = true;
    }
    rollout = next;
    state = made.after();
    stepOfRollout = 0;
    learn(made.trajectories(), made.klCoefficient());
    return new Made(made.trajectories(), made.klCoefficient(), found, made.after());
  }

  /**
   * Rollouts that a run may yet go on with: those of its checkpoints, whichever are still there,
   * and the last one, of which a checkpoint is written if the next step fails.
   */
  private Set<Integer> needed(int next) {
    Set<Integer> needed = new TreeSet<>(List.of(rollout, next));
    for (Path checkpoint : CheckpointStore.list(site.checkpoints())) {
      try {
        needed.add(Math.toIntExact(Checkpoint.progress(checkpoint).cursor().epoch()));
      } catch (CheckpointException unreadable) {
        LOG.debug("no run goes on from it", unreadable);
      }
    }
    return needed;
  }

  private void learn(List<Trajectory> of, double kl) {
    trajectories = of;
    klCoefficient = kl;
    steps = Optional.of(layout.over(of, rollout));
  }

  private void tooFar(double kl) {
    site.warn(
        String.format(
            Locale.ROOT,
            "the run ends after step %d: an answer's divergence from the reference is %.4g, above"
                + " algorithm.kl.stopAbove",
            step,
            kl));
  }

  @Override
  public Cursor cursor() {
    Map<String, Double> kept = new LinkedHashMap<>(state.written());
    kept.put(STEP, (double) step);
    kept.put(STEPS, (double) course.stepsPerRollout());
    return new Cursor(rollout, stepOfRollout, course.data(), kept);
  }

  @Override
  public void seek(Cursor cursor) {
    if (!cursor.data().equals(course.data())) {
      throw new DataException(
          "the prompts are not what they were when the checkpoint was written (rows, tokenizer,"
              + " seed or promptsPerRound changed: "
              + cursor.data()
              + " then, "
              + course.data()
              + " now); restore them, or start a new run");
    }
    rollout = Math.toIntExact(cursor.epoch());
    stepOfRollout = cursor.index();
    step = cursor.state().getOrDefault(STEP, 0.0).longValue();
    state = RlState.read(cursor.state(), near);
    steps = Optional.empty();
    // By what it then was: the passes may have been changed since.
    double then = cursor.state().getOrDefault(STEPS, (double) course.stepsPerRollout());
    if (stepOfRollout > 0 && stepOfRollout < then) {
      RolloutTable.Learnt learnt =
          RolloutTable.readTokens(site.directory(), rollout, maker.answers());
      learn(learnt.trajectories(), learnt.klCoefficient());
    }
  }

  @Override
  public long stepsPerEpoch() {
    return course.rolloutsPerEpoch() * course.stepsPerRollout();
  }

  @Override
  public void onStep(StepEvent event) {
    training += Math.max(0, event.seconds() - making);
  }

  @Override
  public void close() {
    maker.close();
  }
}
