package dev.fettle.cli;

import dev.fettle.harness.FettleRecipe;
import dev.fettle.harness.recipe.RecipeReport;
import dev.fettle.harness.recipe.StageReport;
import dev.fettle.harness.run.RunPlan;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * {@code fettle train} of a recipe.
 *
 * @param recipe that is trained
 * @param stage the only one to be trained, if it is one
 * @param command how it is begun, without options
 * @param settings the options that go with it
 */
record TrainRecipe(FettleRecipe recipe, Optional<String> stage, String command, String settings) {

  /** Says what would be done, and trains nothing. */
  int dryRun(PrintWriter out) {
    List<String> stages = stage.map(List::of).orElseGet(() -> recipe.recipe().stages());
    for (String name : stages) {
      out.println("stage " + name + " (" + recipe.recipe().config(name).algorithm().type() + ")");
      Optional<RunPlan> plan = recipe.plan(name);
      if (plan.isPresent()) {
        new PlanText(plan.get()).lines().forEach(line -> out.println("  " + line));
      } else {
        out.println(
            "  needs the model of "
                + String.join(" and ", recipe.recipe().needs(name))
                + ", which is not there yet; its settings are right, and its rows, steps and memory"
                + " are known when it is");
      }
    }
    out.println("Nothing was trained. Begin with: " + command + settings);
    return 0;
  }

  /** Trains, and says what it came to. */
  int train(boolean resume, PrintWriter out) {
    RecipeReport report =
        stage
            .map(s -> resume ? recipe.resume(s) : recipe.train(s))
            .orElseGet(() -> resume ? recipe.resume() : recipe.train());
    out.println();
    out.print(RecipeText.table(report));
    if (!report.stopped()) {
      return 0;
    }
    for (StageReport row : report.stages()) {
      if (row.outcome() == StageReport.Outcome.STOPPED) {
        row.model().ifPresent(m -> out.println("The model as it is now is in " + m));
      }
    }
    out.println("Go on with: " + command + " --resume" + settings);
    return Main.STOPPED;
  }
}
