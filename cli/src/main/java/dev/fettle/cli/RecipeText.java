package dev.fettle.cli;

import dev.fettle.harness.recipe.RecipeReport;
import dev.fettle.harness.recipe.StageReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A recipe's report in words: one row a stage. */
final class RecipeText {
  /** What says most of a stage, before its loss. */
  private static final List<String> EVALUATIONS =
      List.of("eval_reward", "eval_accuracy", "eval_rewards/accuracies", "eval_loss");

  private static final String NOTHING = "-";

  private RecipeText() {}

  /** A line for the columns and one for each stage. */
  static String table(RecipeReport report) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("stage", "algorithm", "", "steps", "loss", "evaluation", "seconds", "model"));
    report.stages().forEach(s -> rows.add(row(s)));
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        boolean number = i == 3 || i == 4 || i == 6;
        String format = "%" + (number ? "" : "-") + Math.max(1, widths[i]) + "s  ";
        line.append(String.format(Locale.ROOT, format, row.get(i)));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static List<String> row(StageReport s) {
    return List.of(
        s.name(),
        s.algorithm(),
        words(s.outcome()),
        s.steps() > 0 ? s.step() + "/" + s.steps() : NOTHING,
        s.metrics().containsKey("loss") ? number(s.loss()) : NOTHING,
        evaluation(s.evaluation()),
        s.seconds() > 0 ? String.format(Locale.ROOT, "%.1f", s.seconds()) : NOTHING,
        s.model().map(Path::toString).orElse(NOTHING));
  }

  private static String words(StageReport.Outcome outcome) {
    return switch (outcome) {
      case FINISHED -> "finished";
      case FINISHED_BEFORE -> "finished before";
      case STOPPED -> "stopped";
      case UNFINISHED -> "not finished";
      case OUTDATED -> "of a former model";
      case NOT_BEGUN -> "not begun";
    };
  }

  private static String evaluation(Map<String, Double> evaluation) {
    Optional<String> first = EVALUATIONS.stream().filter(evaluation::containsKey).findFirst();
    return first
        .map(name -> name + " " + number(evaluation.getOrDefault(name, Double.NaN)))
        .orElse(NOTHING);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
