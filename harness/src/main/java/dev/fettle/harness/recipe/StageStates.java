package dev.fettle.harness.recipe;

import dev.fettle.checkpoint.Provenance;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.ConfigWriter;
import dev.fettle.harness.config.Recipe;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.FinishedRun;
import dev.fettle.harness.run.RunDirectory;
import dev.fettle.settings.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds out where the stages of a recipe stand, from what is on the disk alone. */
final class StageStates {
  private final Recipe recipe;
  private final Ledger ledger;

  StageStates(Recipe recipe, Ledger ledger) {
    this.recipe = recipe;
    this.ledger = ledger;
  }

  /** All of them, in their order. */
  Map<String, StageState> all() {
    Map<String, StageState> states = new LinkedHashMap<>();
    for (String name : recipe.stages()) {
      states.put(name, of(name, states));
    }
    return states;
  }

  private StageState of(String name, Map<String, StageState> before) {
    RunConfig config = recipe.config(name);
    RunDirectory directory = new RunDirectory(config.run().directory());
    boolean begun = directory.hasBegun();
    Optional<FinishedRun> finished = directory.finished();
    return new StageState(
        name,
        directory,
        begun,
        finished,
        finished.map(run -> changes(run, directory, config)).orElse(List.of()),
        begun ? former(name, before) : List.of());
  }

  private static List<String> changes(FinishedRun run, RunDirectory directory, RunConfig config) {
    String now = ConfigWriter.yaml(config);
    if (Provenance.hash(now).equals(run.configSha256())) {
      return List.of();
    }
    try {
      List<String> differences =
          ConfigWriter.differences(ConfigReader.read(directory.config()), config);
      return differences.isEmpty() ? List.of("some that are no longer known") : differences;
    } catch (ConfigException e) {
      return List.of("some that cannot be read: " + e.getMessage());
    }
  }

  /** The stages whose models are not those it was made from. */
  private List<String> former(String name, Map<String, StageState> before) {
    Map<String, String> from = ledger.from(name).orElse(Map.of());
    List<String> former = new ArrayList<>();
    for (String need : recipe.needs(name)) {
      StageState state = before.get(need);
      boolean same =
          state != null
              && state.usable()
              && state
                  .finished()
                  .map(FinishedRun::identity)
                  .equals(Optional.ofNullable(from.get(need)));
      if (!same) {
        former.add(need);
      }
    }
    return former;
  }

  /** The identities of the models a stage is made from, all of which are there. */
  Map<String, String> sources(String name, Map<String, StageState> states) {
    Map<String, String> sources = new LinkedHashMap<>();
    for (String need : recipe.needs(name)) {
      Optional.ofNullable(states.get(need))
          .flatMap(StageState::finished)
          .ifPresent(run -> sources.put(need, run.identity()));
    }
    return sources;
  }

  /** Refuses stages that were made from models which are no longer those of the recipe. */
  static void requireCurrent(Map<String, StageState> states) {
    List<StageState> old = states.values().stream().filter(s -> !s.former().isEmpty()).toList();
    if (!old.isEmpty()) {
      throw ConfigException.about("stages", outdated(old));
    }
  }

  /** Says which stages are outdated, why, and what to do. */
  static String outdated(List<StageState> old) {
    String why =
        old.stream()
            .map(
                s ->
                    "stage "
                        + s.name()
                        + " was made from a model of "
                        + String.join(" and ", s.former())
                        + " that is no longer the one there is")
            .collect(Collectors.joining("; "));
    String where =
        old.stream()
            .map(s -> s.directory().path())
            .map(Path::toString)
            .collect(Collectors.joining(" "));
    return why + ". To make them anew, delete or rename " + where + ", and go on with the recipe";
  }
}
