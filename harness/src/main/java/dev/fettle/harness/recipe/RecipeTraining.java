package dev.fettle.harness.recipe;

import dev.fettle.harness.config.Recipe;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.recipe.StageReport.Outcome;
import dev.fettle.harness.run.FinishedRun;
import dev.fettle.harness.run.RunDirectory;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunWarnings;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.settings.ConfigException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Carries out a recipe: stage after stage, each from the models that are there by then. */
public final class RecipeTraining {

  /** Carries out one run. */
  @FunctionalInterface
  public interface StageTrainer {
    /** Trains, or goes on. */
    TrainingReport train(RunConfig config, boolean resume);
  }

  private final Recipe recipe;
  private final RunOptions options;
  private final StageTrainer trainer;
  private final Ledger ledger;
  private final StageStates states;
  private final RunWarnings warnings;
  private final List<String> ofStages = new ArrayList<>();

  /** One that trains each stage by the given means. */
  public RecipeTraining(Recipe recipe, RunOptions options, StageTrainer trainer) {
    this.recipe = recipe;
    this.options = options;
    this.trainer = trainer;
    this.warnings = new RunWarnings(options.terminal());
    this.ledger = new Ledger(recipe.directory());
    this.states = new StageStates(recipe, ledger);
  }

  /**
   * Whether the models a stage refers to are finished.
   *
   * @throws ConfigException if there is no such stage, or what can be known of all is wrong
   */
  public static boolean isReady(Recipe recipe, RunOptions options, String stage) {
    RecipeCheck.of(recipe, options);
    Map<String, StageState> found = new StageStates(recipe, new Ledger(recipe.directory())).all();
    return recipe.needs(stage).stream().allMatch(need -> state(need, found).usable());
  }

  /**
   * Trains every stage that is not finished.
   *
   * @param resume whether some may have begun
   * @throws ConfigException if some have begun and it is not to be resumed; if one was made from a
   *     model that has been trained anew since
   * @throws StageException if a stage fails
   */
  public RecipeReport all(boolean resume) {
    Map<String, StageState> found = check();
    List<String> begun =
        found.values().stream().filter(StageState::begun).map(StageState::name).toList();
    if (!resume && !begun.isEmpty()) {
      throw ConfigException.about(
          "run.name",
          recipe.directory()
              + " holds stages already ("
              + String.join(", ", begun)
              + "); "
              + options.goingOn()
              + " to go on with them, or choose another run.name");
    }
    StageStates.requireCurrent(found);
    Map<String, StageReport> reports = new LinkedHashMap<>();
    boolean stopped = false;
    for (String name : recipe.stages()) {
      StageState state = state(name, states.all());
      StageReport report = state.done() ? passed(state) : stage(state);
      reports.put(name, report);
      if (!isFinished(report)) {
        stopped = true;
        break;
      }
    }
    return report(reports, stopped);
  }

  /**
   * Trains one stage, whose earlier ones are finished.
   *
   * @param resume whether it may have begun
   * @throws ConfigException if there is no such stage, one it refers to is not finished, or was
   *     itself made from a model that has been trained anew since
   * @throws StageException if the stage fails
   */
  public RecipeReport one(String name, boolean resume) {
    recipe.config(name);
    StageState state = state(name, check());
    if (state.begun() && !resume) {
      throw ConfigException.about(
          "stages." + name,
          state.directory().path()
              + " holds this stage already; "
              + options.goingOn()
              + " to go on with it, or delete it to train it anew");
    }
    requireNeeds(state, states.all());
    StageReport report = state.done() ? passed(state) : stage(state);
    List<StageState> old =
        states.all().values().stream().filter(s -> !s.former().isEmpty()).toList();
    if (!old.isEmpty()) {
      warnings.add(StageStates.outdated(old));
    }
    return report(Map.of(name, report), !isFinished(report));
  }

  /** What can be known before anything is trained. */
  private Map<String, StageState> check() {
    if (Files.exists(new RunDirectory(recipe.directory()).config())) {
      throw ConfigException.about(
          "run.name",
          recipe.directory() + " holds a run of its own, no stages; choose another run.name");
    }
    RecipeCheck.of(recipe, options);
    return states.all();
  }

  private static StageState state(String name, Map<String, StageState> found) {
    return Optional.ofNullable(found.get(name)).orElseThrow();
  }

  private static boolean isFinished(StageReport report) {
    return report.outcome() == Outcome.FINISHED || report.outcome() == Outcome.FINISHED_BEFORE;
  }

  private void requireNeeds(StageState stage, Map<String, StageState> found) {
    for (String name : recipe.needs(stage.name())) {
      StageState need = state(name, found);
      if (need.finished().isEmpty()) {
        throw ConfigException.about(
            "stages." + stage.name(),
            "needs the model of stage '"
                + name
                + "', which is not "
                + (need.begun() ? "finished" : "trained")
                + " yet; train that first, or the whole recipe");
      }
      requireCurrent(need);
    }
    requireCurrent(stage);
  }

  private static void requireCurrent(StageState state) {
    if (!state.former().isEmpty()) {
      throw ConfigException.about("stages." + state.name(), StageStates.outdated(List.of(state)));
    }
  }

  private StageReport stage(StageState state) {
    if (options.stopRequested().getAsBoolean()) {
      return row(state, Outcome.NOT_BEGUN);
    }
    String name = state.name();
    Map<String, StageState> now = states.all();
    requireNeeds(state, now);
    if (state.finished().isPresent()) {
      warnings.add(
          "stage "
              + name
              + " is finished, and was trained with other settings: "
              + String.join(", ", state.changes())
              + ". It goes on where more steps are asked for; to train it anew, delete or rename "
              + state.directory().path());
    }
    RunConfig config = recipe.settled(name);
    if (!state.begun()) {
      ledger.begin(name, states.sources(name, now));
    }
    int number = 1 + recipe.stages().indexOf(name);
    tell("Stage %d of %d, %s: %s", number, recipe.stages().size(), name, what(config));
    long begin = System.nanoTime();
    try {
      TrainingReport report = trainer.train(config, state.begun());
      ofStages.addAll(report.warnings().stream().map(w -> "stage " + name + ": " + w).toList());
      return trained(config, report, (System.nanoTime() - begin) * 1e-9);
    } catch (RuntimeException e) {
      throw new StageException(name, e);
    }
  }

  private String what(RunConfig config) {
    List<String> needs = recipe.needs(config.run().name());
    return config.algorithm().type() + (needs.isEmpty() ? "" : " from " + String.join(", ", needs));
  }

  private static StageReport trained(RunConfig config, TrainingReport report, double seconds) {
    Outcome outcome =
        switch (report.outcome()) {
          case FINISHED -> Outcome.FINISHED;
          case FINISHED_BEFORE -> Outcome.FINISHED_BEFORE;
          case STOPPED -> Outcome.STOPPED;
        };
    return new StageReport(
        config.run().name(),
        config.algorithm().type(),
        outcome,
        report.step(),
        report.steps(),
        report.metrics(),
        report.evaluation(),
        report.model(),
        seconds,
        Optional.of(report));
  }

  private StageReport passed(StageState state) {
    tell("Stage %s is finished already.", state.name());
    return row(state, Outcome.FINISHED_BEFORE);
  }

  /** Of a stage that is not trained now. */
  private StageReport row(StageState state, Outcome outcome) {
    Optional<FinishedRun> run = state.finished();
    return new StageReport(
        state.name(),
        recipe.config(state.name()).algorithm().type(),
        outcome,
        run.map(FinishedRun::step).orElse(0L),
        run.map(FinishedRun::steps).orElse(0L),
        run.map(FinishedRun::metrics).orElse(Map.of()),
        run.map(FinishedRun::evaluation).orElse(Map.of()),
        run.map(r -> state.directory().finalModel()),
        0,
        Optional.empty());
  }

  private static Outcome outcome(StageState state) {
    if (!state.former().isEmpty()) {
      return Outcome.OUTDATED;
    }
    if (state.finished().isPresent()) {
      return Outcome.FINISHED_BEFORE;
    }
    return state.begun() ? Outcome.UNFINISHED : Outcome.NOT_BEGUN;
  }

  /** With a row for every stage: of those that were not asked for, where they stand. */
  private RecipeReport report(Map<String, StageReport> reports, boolean stopped) {
    Map<String, StageState> now = states.all();
    List<StageReport> rows = new ArrayList<>();
    for (String name : recipe.stages()) {
      StageReport row = reports.get(name);
      StageState state = state(name, now);
      rows.add(row != null ? row : row(state, outcome(state)));
    }
    List<String> all = new ArrayList<>(ofStages);
    all.addAll(warnings.all());
    return new RecipeReport(recipe.directory(), rows, stopped, all);
  }

  private void tell(String format, Object... values) {
    options.terminal().out().println(String.format(Locale.ROOT, format, values));
    options.terminal().out().flush();
  }
}
